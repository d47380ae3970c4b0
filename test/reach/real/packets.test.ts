import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { freePort } from "../../drive/free-port.ts";
import { need } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { joinNamespaces, needOwnServers, startServer } from "./own-server.ts";
import { filter, Pair, THEIRS } from "./pair.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

function groupTests(): void {
  describe("MTU_BLACK_HOLE", () => {
    /** A router between, whose cable to us carries less than both ends believe, and nobody tells the server. */
    class Tunnel implements Disposable {
      readonly #all = new DisposableStack();
      readonly here = this.#all.use(new OwnNamespace());
      readonly router = this.#all.use(new OwnNamespace());
      readonly there = this.#all.use(new OwnNamespace());
      readonly port = freePort();

      constructor() {
        joinNamespaces([this.here, "10.1.0.2/24", "tun0"], [this.router, "10.1.0.1/24", "tun0"]);
        joinNamespaces([this.router, "10.2.0.1/24", "lan0"], [this.there, "10.2.0.2/24", "lan0"]);
        this.here.ip("route", "add", "default", "via", "10.1.0.1");
        this.there.ip("route", "add", "default", "via", "10.2.0.1");
        this.router.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        this.router.ip("link", "set", "tun0", "mtu", "1300");
      }

      [Symbol.dispose](): void {
        this.#all.dispose();
      }
    }

    test("is named where a long answer never comes, and not where it is short or the sender is told", async () => {
      using tunnel = new Tunnel();
      using folder = emptyFolder();
      writeFileSync(folder.file("long"), "x".repeat(20_000));
      writeFileSync(folder.file("short"), "x".repeat(200));
      const serve = ["python3", "-u", "-m", "http.server", `${tunnel.port}`, "--directory", folder.path];
      await tunnel.there.start(...serve);
      filter(tunnel.there, "input", "meta l4proto icmp drop");
      const url = `http://10.2.0.2:${tunnel.port}`;
      const reached = await reach([`${url}/long`], { within: tunnel.here });
      expectBlocked(reached, "MTU_BLACK_HOLE", /0 of 20000 bytes of its body/);
      expectHealthy(await reach([`${url}/short`], { within: tunnel.here }));
      tunnel.here.run(...(reached.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
      expectHealthy(await reach([`${url}/long`], { within: tunnel.here }));
    });
  });

  describe("DROPPED", () => {
    test("is named where a firewall there throws the packets away, and there the rule itself is", async () => {
      using pair = new Pair();
      await startServer(pair.there, "0.0.0.0", pair.port);
      filter(pair.there, "input", `tcp dport ${pair.port} drop`);
      expectBlocked(await pair.reach(`${THEIRS}:PORT`, "--timeout", "2500ms"), "DROPPED", /[23] SYNs within/);
      expectBlocked(await reach([`${pair.port}`], { within: pair.there }), "FIREWALL_DROPS", /tcp dport \d+ drop/);
    });

    test("leaves it open where it was asked once only", async () => {
      using pair = new Pair();
      filter(pair.there, "input", `tcp dport ${pair.port} drop`);
      const reached = await pair.reach(`${THEIRS}:PORT`, "--timeout", "300ms");
      expect(reached.findings).toEqual([]);
      expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "unknown", exit: 3 });
    });

    test("only warns where another address of the name answers", async () => {
      using pair = new Pair();
      using folder = emptyFolder();
      pair.there.ip("addr", "add", "192.168.82.31/24", "dev", "lan0");
      await startServer(pair.there, "0.0.0.0", pair.port);
      filter(pair.there, "input", `ip daddr 192.168.82.31 tcp dport ${pair.port} drop`);
      writeFileSync(folder.file("hosts"), `192.168.82.31 app.test\n${THEIRS} app.test\n`);
      const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
      const before = ["unshare", "--mount", "sh", "-c", script, folder.file("hosts")];
      const reached = await reach([`app.test:${pair.port}`], { within: pair.here, before });
      expectWarned(reached, "DROPPED", /192\.168\.82\.31:\d+: [23] SYNs/);
    });
  });

  describe("REJECTED", () => {
    test.each([
      ["icmp type host-prohibited", /EHOSTUNREACH.*icmp-host-prohibited/],
      ["icmp type net-prohibited", /ENETUNREACH.*icmp-net-prohibited/],
      ["icmp type prot-unreachable", /ENOPROTOOPT.*icmp-proto-unreachable/],
    ])("says which kind it is: `reject with %s`", async (kind, evidence) => {
      using pair = new Pair();
      await startServer(pair.there, "0.0.0.0", pair.port);
      filter(pair.there, "input", `tcp dport ${pair.port} reject with ${kind}`);
      expectBlocked(await pair.reach(`${THEIRS}:PORT`), "REJECTED", evidence);
    });

    test("does so for IPv6", async () => {
      using pair = new Pair();
      pair.here.ip("addr", "add", "2001:db8:84::20/64", "dev", "lan0", "nodad");
      pair.there.ip("addr", "add", "2001:db8:84::30/64", "dev", "lan0", "nodad");
      filter(pair.there, "input", `tcp dport ${pair.port} reject with icmpv6 type admin-prohibited`);
      await startServer(pair.there, "::", pair.port);
      expectBlocked(await pair.reach("[2001:db8:84::30]:PORT"), "REJECTED", /EACCES.*icmp6-adm-prohibited/);
    });

    test("is silent where a rule refuses another port", async () => {
      using pair = new Pair();
      await startServer(pair.there, "0.0.0.0", pair.port);
      filter(pair.there, "input", `tcp dport ${pair.port + 1} reject`);
      expectHealthy(await pair.reach(`${THEIRS}:PORT`));
    });
  });
}

if (needOwnServers() && need("nft")) describe("where packets are kept back,", groupTests);
