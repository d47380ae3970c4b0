import { describe, expect, test } from "bun:test";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { joinNamespaces, needOwnServers, programOf, startServer } from "./own-server.ts";
import { OURS, Pair, THEIRS } from "./pair.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

function groupTests(): void {
  test("a healthy server on another machine yields nothing", async () => {
    using pair = new Pair();
    await startServer(pair.there, "0.0.0.0", pair.port);
    expectHealthy(await pair.reach(`${THEIRS}:PORT`));
  });

  describe("ROUTE_REJECTS", () => {
    test.each([
      ["unreachable", /EHOSTUNREACH \(113\)/],
      ["prohibit", /EACCES \(13\)/],
      ["blackhole", /EINVAL \(22\)/],
    ] as const)("names a route that is %s, and the command that takes it away", async (kind, error) => {
      using pair = new Pair();
      pair.here.ip("route", "add", kind, "10.9.0.0/16");
      const reached = await pair.reach("10.9.9.9:PORT");
      expectBlocked(reached, "ROUTE_REJECTS", error);
      const argv = reached.findings[0]?.remedies[0]?.commands[0] ?? [];
      expect(argv).toEqual(["sudo", "ip", "route", "del", kind, "10.9.0.0/16"]);
      pair.here.run(...argv.slice(1));
      expectBlocked(await pair.reach("10.9.9.9:PORT"), "ROUTE_REJECTS", /no route to 10\.9\.9\.9/);
    });

    test("names a route that is thrown back, and one that is not there", async () => {
      using pair = new Pair();
      pair.here.ip("route", "add", "throw", "10.9.0.0/16");
      expectBlocked(await pair.reach("10.9.9.9:PORT"), "ROUTE_REJECTS", /throw 10\.9\.0\.0\/16/);
      expectBlocked(await pair.reach("10.8.9.9:PORT"), "ROUTE_REJECTS", /ENETUNREACH \(101\)/);
    });

    test("does so for IPv6", async () => {
      using pair = new Pair();
      pair.here.ip("-6", "route", "add", "prohibit", "2001:db8:9::/48");
      const reached = await pair.reach("[2001:db8:9::9]:PORT");
      expectBlocked(reached, "ROUTE_REJECTS", /EACCES \(13\)/);
      pair.here.run(...(reached.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
      expectBlocked(await pair.reach("[2001:db8:9::9]:PORT"), "ROUTE_REJECTS", /ENETUNREACH \(101\)/);
    });

    test("does so for UDP", async () => {
      using pair = new Pair();
      pair.here.ip("route", "add", "unreachable", "10.9.0.0/16");
      expectBlocked(await pair.reach("10.9.9.9:PORT", "--udp"), "ROUTE_REJECTS", /EHOSTUNREACH \(113\)/);
    });

    test("is silent where the narrower route leads there", async () => {
      using pair = new Pair();
      pair.here.ip("route", "add", "unreachable", "192.168.0.0/16");
      await startServer(pair.there, "0.0.0.0", pair.port);
      expectHealthy(await pair.reach(`${THEIRS}:PORT`));
    });
  });

  describe("NEIGHBOUR_SILENT", () => {
    test("is named where nobody has the address", async () => {
      using pair = new Pair();
      const reached = await pair.reach("192.168.82.99:PORT", "--timeout", "4s");
      expectBlocked(reached, "NEIGHBOUR_SILENT", /192\.168\.82\.99 is (?:FAILED|INCOMPLETE)/);
    });

    test("is named for IPv6", async () => {
      using pair = new Pair();
      for (const [within, address] of [
        [pair.here, "2001:db8:82::20/64"],
        [pair.there, "2001:db8:82::30/64"],
      ] as const) {
        within.ip("addr", "add", address, "dev", "lan0", "nodad");
      }
      await startServer(pair.there, "::", pair.port);
      const reached = await pair.reach("[2001:db8:82::99]:PORT", "--timeout", "4s");
      expectBlocked(reached, "NEIGHBOUR_SILENT", /2001:db8:82::99 is (?:FAILED|INCOMPLETE)/);
      expectHealthy(await pair.reach("[2001:db8:82::30]:PORT"));
    });

    test("names the gateway where that is the silent one", async () => {
      using pair = new Pair();
      pair.here.ip("route", "add", "default", "via", "192.168.82.1");
      const reached = await pair.reach("10.9.9.9:PORT", "--timeout", "4s");
      expectBlocked(reached, "NEIGHBOUR_SILENT", /192\.168\.82\.1 is (?:FAILED|INCOMPLETE)/);
      expect(reached.findings[0]?.title).toStartWith("the gateway 192.168.82.1 to 10.9.9.9");
    });
  });

  describe("REVERSE_PATH_FILTER", () => {
    /** Two cables: what is sent by the first comes back by the second. */
    function crossed(filterBack: 0 | 1): Pair {
      const pair = new Pair();
      joinNamespaces([pair.here, "192.168.83.20/24", "lan1"], [pair.there, "192.168.83.30/24", "lan1"]);
      pair.here.ip("addr", "add", "10.7.7.1/32", "dev", "lo");
      pair.here.ip("route", "add", "10.6.6.6/32", "via", THEIRS, "src", "10.7.7.1");
      pair.there.ip("addr", "add", "10.6.6.6/32", "dev", "lo");
      pair.there.ip("route", "add", "10.7.7.1/32", "via", "192.168.83.20");
      for (const name of ["all", "lan0", "lan1"]) {
        pair.there.run("sysctl", "-q", "-w", `net.ipv4.conf.${name}.rp_filter=0`);
        pair.here.run("sysctl", "-q", "-w", `net.ipv4.conf.${name}.rp_filter=0`);
      }
      // What asks for our hardware address would else do so as 10.6.6.6, and the filter would take even that.
      pair.there.run("sysctl", "-q", "-w", "net.ipv4.conf.lan1.arp_announce=2");
      pair.here.run("sysctl", "-q", "-w", `net.ipv4.conf.lan1.rp_filter=${filterBack}`);
      return pair;
    }

    test("is named where the answers come in by another interface, and its command mends it", async () => {
      using pair = crossed(1);
      await startServer(pair.there, "0.0.0.0", pair.port);
      const reached = await pair.reach("10.6.6.6:PORT", "--timeout", "2500ms");
      expectBlocked(reached, "REVERSE_PATH_FILTER", /IPReversePathFilter went up by \d/);
      expect(reached.findings[0]?.title).toEndWith("its answers come in by lan1, not by lan0");
      pair.here.run(...(reached.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
      expectHealthy(await pair.reach("10.6.6.6:PORT"));
    });

    test("is silent where the ways differ and nobody filters", async () => {
      using pair = crossed(0);
      await startServer(pair.there, "0.0.0.0", pair.port);
      expectHealthy(await pair.reach("10.6.6.6:PORT"));
    });
  });

  describe("NO_RETURN_ROUTE", () => {
    test("is named where there is no way back to who would connect", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const reached = await pair.reach("PORT", "--from", "10.9.9.9");
      expectBlocked(reached, "NO_RETURN_ROUTE", /no route to 10\.9\.9\.9/);
      pair.here.ip("route", "add", "blackhole", "10.9.0.0/16");
      expectBlocked(await pair.reach("PORT", "--from", "10.9.9.9"), "NO_RETURN_ROUTE", /blackhole 10\.9\.0\.0\/16/);
    });

    test("is named where the way back ends in a bridge that nobody is on", async () => {
      using pair = new Pair();
      pair.here.ip("link", "add", "docker0", "type", "bridge");
      pair.here.ip("addr", "add", "172.17.0.1/16", "dev", "docker0");
      pair.here.ip("link", "set", "docker0", "up");
      // A container that has ended: nobody is at the other end any more.
      pair.here.ip("link", "add", "veth1", "type", "veth", "peer", "name", "veth1-end");
      pair.here.ip("link", "set", "veth1", "master", "docker0", "up");
      await until("the bridge without a carrier", () => /NO-CARRIER/.test(pair.here.ip("link", "show", "docker0")));
      await startServer(pair.here, "0.0.0.0", pair.port);
      const reached = await pair.reach(`${OURS}:PORT`, "--from", "172.17.5.9");
      expectBlocked(reached, "NO_RETURN_ROUTE", /docker0 is down, or has nobody on it/);
    });

    test("is silent where the way back is right", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const reached = await pair.reach(`${OURS}:PORT`, "--from", THEIRS);
      expect(reached.findings).toEqual([]);
      expect(reached.verdict).toBe("reachable");
    });
  });
}

function groupClientTests(): void {
  describe("NO_LOCAL_PORT", () => {
    test("is named where the range for outgoing connections is used up", async () => {
      using pair = new Pair();
      pair.here.run("sysctl", "-q", "-w", "net.ipv4.ip_local_port_range=40000 40001");
      await startServer(pair.there, "0.0.0.0", pair.port);
      await pair.here.start("python3", programOf("clients.py"), THEIRS, `${pair.port}`, "2");
      const reached = await pair.reach(`${THEIRS}:PORT`);
      expectBlocked(reached, "NO_LOCAL_PORT", /2 ports are for outgoing connections/);
      const widen = reached.findings[0]?.remedies.flatMap(({ commands }) => commands)[0] ?? [];
      pair.here.run(...widen.slice(1));
      expectHealthy(await pair.reach(`${THEIRS}:PORT`));
    });
  });

  describe("NO_IPV6_HERE", () => {
    test("is named where ::1 is asked for and IPv6 is off, and not where it is on", async () => {
      using within = new OwnNamespace();
      const port = freePort();
      await startServer(within, "::", port);
      expectHealthy(await reach([`[::1]:${port}`], { within }));
      within.run("sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1");
      const reached = await reach([`[::1]:${port}`], { within });
      expectBlocked(reached, "NO_IPV6_HERE", /EADDRNOTAVAIL \(99\)/);
      expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["portguard", "reach", `127.0.0.1:${port}`]]);
      expectHealthy(await reach([`127.0.0.1:${port}`], { within }));
    });
  });
}

if (needOwnServers()) {
  describe("on the way,", groupTests);
  describe("of this machine as a client,", groupClientTests);
}
