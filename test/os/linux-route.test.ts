import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Route } from "../../src/core/network.ts";
import type { Seen } from "../../src/core/seen.ts";
import { need, needThat } from "../need.ts";
import { OwnNamespace } from "./own-namespace.ts";

if (need("ip") && needThat("root", process.getuid?.() === 0)) {
  describe("routes", () => {
    let namespace: OwnNamespace;
    /** What `ip route` shows: one line an entry, paths on the line of theirs. */
    let shown: readonly string[] = [];

    beforeAll(() => {
      namespace = new OwnNamespace();
      const ip = (text: string) => namespace.ip(...text.split(" "));
      ip("link add v0 type veth peer name v1");
      ip("addr add 10.77.0.1/24 dev v0");
      ip("addr add fd77::1/64 dev v0 nodad");
      ip("link set v0 addrgenmode none");
      ip("addr add fe80::77/64 dev v0 nodad");
      ip("link set v0 up");
      ip("link set v1 up");
      for (const [index, kind] of ["unreachable", "prohibit", "blackhole", "throw"].entries()) {
        ip(`route add ${kind} 10.78.${index}.0/24`);
        ip(`-6 route add ${kind} fd78:${index + 1}::/64`);
      }
      ip("route add unreachable 10.78.0.0/16");
      ip("route add 10.79.0.0/16 via 10.77.0.9 proto static metric 50 mtu lock 1300");
      ip("-6 route add fd79::/32 via fd77::9 proto static mtu 1290");
      ip("route add 10.80.0.0/16 nexthop via 10.77.0.2 dev v0 weight 2 nexthop via 10.77.0.3 dev v0 weight 1");
      ip("route add 10.83.0.0/16 via inet6 fd77::9 dev v0");
      ip("route add 10.84.0.0/16 dev v0 scope link src 10.77.0.1 advmss 900");
      ip("rule add prohibit to 10.81.0.0/16");
      const all = `${ip("route show")}${ip("-6 route show")}`.replaceAll(/\s+nexthop/g, " nexthop");
      shown = all.split("\n").map((line) => line.trim());
    });
    afterAll(() => namespace[Symbol.dispose]());

    const routesTo = (...addresses: readonly string[]) =>
      namespace
        .ask<Seen<Route>>(...addresses.map((address) => ["route", address] as const))
        .map((answer) => (answer.kind === "seen" ? answer.value : answer.because));
    const entry = (destination: string) => shown.find((line) => line.split(" ").includes(destination)) ?? "not shown";

    test("a route that refuses is told by its kind and the entry that does it", () => {
      for (const [index, kind] of (["unreachable", "prohibit", "blackhole", "throw"] as const).entries()) {
        expect(routesTo(`10.78.${index}.5`, `fd78:${index + 1}::5`)).toEqual([
          { kind, text: entry(`10.78.${index}.0/24`) },
          { kind, text: entry(`fd78:${index + 1}::/64`) },
        ]);
      }
    });

    test("of two entries that refuse, the narrower one is told", () => {
      expect(routesTo("10.78.200.1")).toEqual([{ kind: "unreachable", text: entry("10.78.0.0/16") }]);
    });

    test("no entry at all is no route", () => {
      expect(routesTo("10.99.0.1", "fd99::1")).toEqual([
        { kind: "none", text: "no route to 10.99.0.1" },
        { kind: "none", text: "no route to fd99::1" },
      ]);
    });

    test("a policy rule that refuses has no entry to show", () => {
      expect(routesTo("10.81.0.1")).toEqual([{ kind: "prohibit", text: "prohibit 10.81.0.1" }]);
    });

    test("a way through a gateway tells gateway, source and MTU, in the words of `ip route`", () => {
      expect(routesTo("10.79.1.1", "fd79::5")).toEqual([
        {
          kind: "unicast",
          interface: "v0",
          gateway: { family: 4, text: "10.77.0.9", scopeId: 0 },
          source: { family: 4, text: "10.77.0.1", scopeId: 0 },
          mtu: 1300,
          text: entry("10.79.0.0/16"),
        },
        {
          kind: "unicast",
          interface: "v0",
          gateway: { family: 6, text: "fd77::9", scopeId: 0 },
          source: { family: 6, text: "fd77::1", scopeId: 0 },
          mtu: 1290,
          text: entry("fd79::/32"),
        },
      ]);
    });

    test("entries of every form read as `ip route` shows them", () => {
      const texts = routesTo("10.77.0.5", "10.80.1.1", "10.83.1.1", "10.84.1.1", "fd77::7").map(
        (route) => (route as Route).text,
      );
      expect(texts).toEqual([
        entry("10.77.0.0/24"),
        entry("10.80.0.0/16"),
        entry("10.83.0.0/16"),
        entry("10.84.0.0/16"),
        entry("fd77::/64"),
      ]);
      expect(texts).not.toContain("not shown");
    });

    test("a mapped address takes the way of the IPv4 address in it, and `::` that of the loopback", () => {
      const [mapped, plain, any, loopback] = routesTo("::ffff:10.79.1.1", "10.79.1.1", "::", "::1");
      expect(mapped).toEqual(plain);
      expect(mapped).toMatchObject({ kind: "unicast" });
      expect(any).toEqual(loopback);
      expect(any).toMatchObject({ kind: "local" });
    });

    test("an address of this machine is local, and a link-local one goes where its zone says", () => {
      const [v0, v1] = ["v0", "v1"].map((name) =>
        Number(JSON.parse(namespace.ip("-j", "link", "show", name))[0].ifindex),
      );
      const [local4, local6, first, second] = routesTo(
        "10.77.0.1",
        "::1",
        `fe80::99%${v0}`,
        `fe80::99%${v1}`,
      ) as Route[];
      expect(local4).toMatchObject({ kind: "local", interface: "lo" });
      expect(local6).toMatchObject({ kind: "local", interface: "lo" });
      expect(first).toMatchObject({ kind: "unicast", interface: "v0" });
      expect(first?.source).toEqual({ family: 6, text: "fe80::77", scopeId: v0! });
      expect(second).toMatchObject({ kind: "unicast", interface: "v1" });
    });
  });
}
