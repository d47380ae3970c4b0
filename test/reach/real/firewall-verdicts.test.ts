import { describe, expect, test } from "bun:test";
import { freePort } from "../../drive/free-port.ts";
import { need } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { chain } from "./nft-rules.ts";
import { joinNamespaces, needOwnServers, startServer } from "./own-server.ts";
import { OURS, Pair } from "./pair.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

const ASK_LAN = ["--from", "lan"];

function groupTranslated(): void {
  describe("REDIRECT_FROM_OUTSIDE_ONLY", () => {
    test("is named where PREROUTING redirects the port, and its remedy mends it", async () => {
      using pair = new Pair();
      const port = freePort();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const redirect = ["-p", "tcp", "--dport", `${port}`, "-j", "REDIRECT", "--to-ports", `${pair.port}`];
      pair.here.run("iptables", "-t", "nat", "-A", "PREROUTING", ...redirect);
      expectHealthy(await reach([`${OURS}:${port}`], { within: pair.there }));
      const reached = await reach([`${port}`], { within: pair.here });
      expectBlocked(reached, "REDIRECT_FROM_OUTSIDE_ONLY", /-A PREROUTING/);
      pair.here.run(...(reached.findings[0]?.remedies[1]?.commands[0] ?? []).slice(1));
      expectHealthy(await reach([`127.0.0.1:${port}`], { within: pair.here }));
    });
  });

  describe("DNAT_TO_LOOPBACK", () => {
    test("is named while route_localnet is off", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const dnat = ["-p", "tcp", "--dport", `${pair.port}`, "-j", "DNAT", "--to-destination", `127.0.0.1:${pair.port}`];
      pair.here.run("iptables", "-t", "nat", "-A", "PREROUTING", "-i", "lan0", ...dnat);
      expectBlocked(await pair.reach("PORT", ...ASK_LAN), "DNAT_TO_LOOPBACK", /-A PREROUTING/);
      pair.here.run("sysctl", "-q", "-w", "net.ipv4.conf.lan0.route_localnet=1");
      expect((await pair.reach("PORT", ...ASK_LAN)).findings).toEqual([]);
    });
  });

  describe("DOCKER_PASSES_FIREWALL", () => {
    test("warns that what ufw denies gets in to the container", async () => {
      using pair = new Pair();
      using inner = new OwnNamespace();
      joinNamespaces([pair.here, "172.17.0.1/16", "docker0"], [inner, "172.17.0.2/16", "eth0"]);
      inner.ip("route", "add", "default", "via", "172.17.0.1");
      pair.here.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
      await startServer(inner, "0.0.0.0", 80);
      const add = (table: string, ...rule: readonly string[]) => pair.here.run("iptables-nft", "-t", table, ...rule);
      add("nat", "-N", "DOCKER");
      const dnat = ["-p", "tcp", "--dport", `${pair.port}`, "-j", "DNAT", "--to-destination", "172.17.0.2:80"];
      add("nat", "-A", "DOCKER", ...dnat);
      for (const base of ["PREROUTING", "OUTPUT"]) {
        add("nat", "-A", base, "-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER");
      }
      add("filter", "-N", "ufw-user-input");
      add("filter", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT");
      add("filter", "-A", "INPUT", "-j", "ufw-user-input");
      add("filter", "-A", "ufw-user-input", "-p", "tcp", "--dport", `${pair.port}`, "-j", "DROP");
      const reached = await reach([`${OURS}:${pair.port}`, ...ASK_LAN], { within: pair.here });
      expectWarned(reached, "DOCKER_PASSES_FIREWALL", /ufw-user-input/);
      expectHealthy(await reach([`${OURS}:${pair.port}`], { within: pair.there }));
    });
  });
}

/** A container behind this machine, to which a rule in PREROUTING sends what comes for the port. */
class Published implements Disposable {
  readonly #all = new DisposableStack();
  readonly pair = this.#all.use(new Pair());
  readonly inner = this.#all.use(new OwnNamespace());

  constructor() {
    const { pair, inner } = this;
    joinNamespaces([pair.here, "172.17.0.1/16", "docker0"], [inner, "172.17.0.2/16", "eth0"]);
    inner.ip("route", "add", "default", "via", "172.17.0.1");
    pair.here.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    const dnat = ["-p", "tcp", "--dport", `${pair.port}`, "-j", "DNAT", "--to-destination", "172.17.0.2:80"];
    this.add("-t", "nat", "-A", "PREROUTING", ...dnat);
    this.add("-N", "DOCKER-USER");
    this.add("-A", "FORWARD", "-j", "DOCKER-USER");
  }

  add(...rule: readonly string[]): void {
    this.pair.here.run("iptables-nft", ...rule);
  }

  /** What the other machine's own connection met. */
  async there(): Promise<string> {
    const { pair } = this;
    return (await reach([`${OURS}:${pair.port}`, "--timeout", "1500ms"], { within: pair.there })).verdict;
  }

  [Symbol.dispose](): void {
    this.#all.dispose();
  }
}

function groupPublished(): void {
  test("a published port that only others reach is told with where it goes, who is there, and that it answers", async () => {
    using published = new Published();
    const { pair, inner } = published;
    const server = await startServer(inner, "0.0.0.0", 80);
    expect(await published.there()).toBe("reachable");
    const reached = await pair.reach(`${OURS}:PORT`, ...ASK_LAN);
    expectHealthy(reached);
    const sentOn = new RegExp(
      `${OURS}:${pair.port} is sent on to 172\\.17\\.0\\.2:80 \\(.*pid ${server.pid}\\)\\): it answers`,
    );
    expect(reached.notes.join("\n")).toMatch(sentOn);
  });

  test("SENT_ON_TO_NOBODY is named where nobody listens in the container", async () => {
    using published = new Published();
    const reached = await published.pair.reach(`${OURS}:PORT`, ...ASK_LAN);
    expectBlocked(reached, "SENT_ON_TO_NOBODY", /172\.17\.0\.2:80: ECONNREFUSED/);
    expect(await published.there()).toBe("unreachable");
  });

  test("a drop in DOCKER-USER is what stands first, though nobody of this machine listens on the port", async () => {
    using published = new Published();
    await startServer(published.inner, "0.0.0.0", 80);
    published.add("-A", "DOCKER-USER", "-i", "lan0", "-j", "DROP");
    expect(await published.there()).toBe("unreachable");
    for (const target of ["PORT", `${OURS}:PORT`]) {
      const reached = await published.pair.reach(target, ...ASK_LAN);
      expectBlocked(reached, "FIREWALL_DROPS", /rule 1 of chain DOCKER-USER/);
    }
    const own = await published.pair.reach("PORT");
    expectBlocked(own, "REDIRECT_FROM_OUTSIDE_ONLY", /others are stopped, too: dropped by rule 1 of chain DOCKER-USER/);
  });
}

function groupVerdicts(): void {
  test("a server is reachable from the LAN where the rules certainly let it in, and the way between is said to be untested", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    chain(
      pair.here,
      "input",
      `ct state established accept\niifname lo accept\ntcp dport ${pair.port} accept`,
      "priority 0; policy drop;",
    );
    const reached = await pair.reach("PORT", ...ASK_LAN);
    expectHealthy(reached);
    expect(reached.notes.join()).toContain("the way between was not tested");
  });

  test("it is open where a rule hangs on what can't be known", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    pair.here.run("iptables-nft", "-A", "INPUT", "-i", "lan0", "-m", "cpu", "--cpu", "9", "-j", "DROP");
    const reached = await pair.reach("PORT", ...ASK_LAN);
    expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "unknown", exit: 3 });
    expect(reached.notMade.map(({ what }) => what)).toContain(`what the firewall does with ${OURS}`);
  });

  test("nothing is found where a rule drops another port", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    chain(pair.here, "input", `tcp dport ${pair.port + 1} drop`);
    expectHealthy(await pair.reach("PORT"));
    expectHealthy(await pair.reach("PORT", ...ASK_LAN));
  });

  test("nobody on the port is nobody on the port, whatever the rules let in", async () => {
    using pair = new Pair();
    chain(pair.here, "input", `tcp dport ${pair.port} accept`);
    const reached = await pair.reach("PORT");
    expect(reached.findings.map(({ code }) => code)).toEqual(["NO_LISTENER"]);
  });

  test("who may not read the rules is told so, where they matter", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    chain(pair.here, "input", `iifname lan0 tcp dport ${pair.port} drop`);
    const before = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
    const reached = await reach([`${pair.port}`, ...ASK_LAN], { within: pair.here, before });
    expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "unknown", exit: 3 });
    expect(reached.notMade).toContainEqual(
      expect.objectContaining({ what: "the firewall's rules", hint: "run it with sudo" }),
    );
  });
}

const canRun = needOwnServers() && need("nft", "iptables-nft", "setpriv");
if (canRun) describe("behind translation,", groupTranslated);
if (canRun) describe("the verdict:", groupVerdicts);
if (canRun) describe("published ports:", groupPublished);
