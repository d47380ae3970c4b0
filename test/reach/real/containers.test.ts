import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../drive/free-port.ts";
import type { Started } from "../../drive/started.ts";
import { need, needThat } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { describeServer } from "../../servers/find-server.ts";
import { ContainerGroup, findFreezer } from "./control-group.ts";
import { addInterface, enter, joinNamespaces, needOwnServers, programOf, startServer } from "./own-server.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

const LAN = "192.168.79.20";
const INNER_PORT = freePort();

/** A machine with docker's bridge and a container behind it, each a network namespace, as docker lays them out. */
class DockerMachine implements Disposable {
  readonly #all = new DisposableStack();
  readonly machine = this.#all.use(new OwnNamespace());
  readonly container = this.#all.use(new OwnNamespace());
  readonly group = this.#all.use(new ContainerGroup());
  readonly port = freePort();
  /** Before the executable: it looks from the machine's namespace. */
  readonly before = enter(this.machine);

  constructor() {
    addInterface(this.machine, "lan0", `${LAN}/24`);
    joinNamespaces([this.machine, "172.17.0.1/16", "docker0"], [this.container, "172.17.0.2/16", "eth0"]);
    // the rest of docker's rules changes nothing for this machine's own connections
    this.machine.run("iptables-nft", "-t", "nat", "-N", "DOCKER");
  }

  /** The real docker-proxy, with the command line that dockerd gives it; it tells on fd 3 that it is ready. */
  async publish(proxy: string, hostIp = "0.0.0.0"): Promise<void> {
    const words = `-proto tcp -host-ip ${hostIp} -host-port ${this.port} -container-ip 172.17.0.2 -container-port ${INNER_PORT}`;
    await this.machine.start("sh", "-c", 'exec "$0" "$@" 3>&1', proxy, ...words.split(" "));
  }

  /** A server in the container: in its network and in its control group. */
  async serve(address: string, port = INNER_PORT): Promise<Started> {
    return this.#adopt(await startServer(this.container, address, port));
  }

  /** The same, with this hosts file in the container. */
  async serveWithHosts(hosts: string, address: string): Promise<Started> {
    const folder = mkdtempSync(join(tmpdir(), "portguard-container-"));
    this.#all.defer(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "hosts"), hosts);
    const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
    const server = ["python3", programOf("server.py"), address, `${INNER_PORT}`];
    const argv = ["unshare", "--mount", "sh", "-c", script, join(folder, "hosts"), ...server];
    return this.#adopt(await this.container.start(...argv));
  }

  async reach(target: string, ...flags: readonly string[]) {
    return reach([target.replace("PORT", `${this.port}`), ...flags], { before: this.before });
  }

  #adopt(started: Started): Started {
    this.group.add(started.pid);
    return started;
  }

  [Symbol.dispose](): void {
    this.#all.dispose();
  }
}

function groupTests(proxy: string): void {
  test("a published port whose server listens yields nothing", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0");
    await docker.publish(proxy);
    expectHealthy(await docker.reach("PORT"));
    expectHealthy(await docker.reach(`${LAN}:PORT`));
  });

  test("CONTAINER_PORT_DEAD is named where the server listens on the container's own loopback", async () => {
    using docker = new DockerMachine();
    const server = await docker.serve("127.0.0.1");
    await docker.publish(proxy);
    const reached = await docker.reach("PORT");
    expectBlocked(
      reached,
      "CONTAINER_PORT_DEAD",
      new RegExp(`\\(pid ${server.pid}\\) listens on 127.0.0.1:${INNER_PORT}`),
    );
    expect(reached.findings[0]?.title).toContain(`docker container ${docker.group.id.slice(0, 12)}`);
  });

  test("CONTAINER_PORT_DEAD is named where nothing listens on that port, with the one that does", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0", 3000);
    await docker.publish(proxy);
    const reached = await docker.reach("PORT");
    expectBlocked(reached, "CONTAINER_PORT_DEAD", /listens on 0\.0\.0\.0:3000/);
    expect(reached.findings[0]?.remedies[0]?.what).toContain(`-p ${docker.port}:3000`);
  });

  test("CONTAINER_LOCALHOST_IPV6 is named where localhost is ::1 in the container", async () => {
    using docker = new DockerMachine();
    await docker.serveWithHosts("127.0.0.1 localhost\n::1 localhost ip6-localhost\n", "::1");
    await docker.publish(proxy);
    expectBlocked(await docker.reach("PORT"), "CONTAINER_LOCALHOST_IPV6", /localhost is ::1, 127\.0\.0\.1 there/);
  });

  test("and CONTAINER_PORT_DEAD where localhost is 127.0.0.1 in there", async () => {
    using docker = new DockerMachine();
    await docker.serveWithHosts("127.0.0.1 localhost\n", "::1");
    await docker.publish(proxy);
    expectBlocked(await docker.reach("PORT"), "CONTAINER_PORT_DEAD", new RegExp(`listens on \\[::1\\]:${INNER_PORT}`));
  });

  test("PUBLISHED_ON_LOOPBACK is named where the LAN address is asked for, and not where this machine asks", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0");
    await docker.publish(proxy, "127.0.0.1");
    const evidence = new RegExp(`${LAN}:${docker.port}: ECONNREFUSED`);
    expectBlocked(await docker.reach(`${LAN}:PORT`), "PUBLISHED_ON_LOOPBACK", evidence);
    expectBlocked(await docker.reach("PORT", "--from", "lan"), "PUBLISHED_ON_LOOPBACK", evidence);
    expectHealthy(await docker.reach("PORT"));
  });

  test("CONTAINER_PAUSED is named where the container is paused, and not once it goes on", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0");
    await docker.publish(proxy);
    await docker.group.freeze();
    const reached = await docker.reach("PORT");
    expectBlocked(reached, "CONTAINER_PAUSED", /control group of its process \d+ is frozen/);
    expect(reached.findings[0]?.title).toStartWith(`docker container ${docker.group.id.slice(0, 12)} is paused`);
    docker.group.thaw();
    expectHealthy(await docker.reach("PORT"));
  });

  test("OTHER_NAMESPACE is named where the container's port is not published, and the way to it", async () => {
    using docker = new DockerMachine();
    const server = await docker.serve("0.0.0.0", docker.port);
    const reached = await docker.reach("PORT");
    expectBlocked(reached, "OTHER_NAMESPACE", new RegExp(`\\(pid ${server.pid}\\) listens on 0.0.0.0:${docker.port}`));
    const direct = `172.17.0.2:${docker.port}`;
    expect(reached.findings[0]?.remedies.flatMap(({ commands }) => commands)).toEqual([["portguard", "reach", direct]]);
    expectHealthy(await docker.reach(direct));
  });

  test("DOCKER_CHAINS_GONE warns beside it where docker's rules are no longer there", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0");
    docker.machine.run("nft", "flush", "ruleset");
    const reached = await docker.reach("PORT");
    expect(reached.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ["NO_LISTENER", "blocks"],
      ["DOCKER_CHAINS_GONE", "warning"],
    ]);
  });

  test("OTHER_NAMESPACE tells the port as which it is published", async () => {
    using docker = new DockerMachine();
    await docker.serve("0.0.0.0");
    await docker.publish(proxy);
    expectBlocked(await docker.reach(`${INNER_PORT}`), "OTHER_NAMESPACE", /docker-proxy \(pid \d+\) hands on to it/);
  });
}

const canFreeze = needThat("a control group that may be frozen", findFreezer() !== undefined);
if (needOwnServers() && need("iptables-nft") && canFreeze) describeServer("docker-proxy", groupTests);
