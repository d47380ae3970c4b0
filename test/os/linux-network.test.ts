import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { KernelFacts, NeighbourState, NetworkInterface } from "../../src/core/network.ts";
import { type Seen, valueOf } from "../../src/core/seen.ts";
import { parseCounters, readKernelFacts } from "../../src/os/linux/network/kernel-facts.ts";
import { need, needThat } from "../need.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { OwnNamespace } from "./own-namespace.ts";

/** What `ip -j addr` shows of an interface. */
interface ShownByIp {
  readonly ifindex: number;
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly { family: string; local: string; scope: string; prefixlen: number }[];
}
/** The maps of the facts come as objects through JSON. */
type PlainKernelFacts = Omit<KernelFacts, "counters" | "reversePathFilter"> & {
  readonly counters: Readonly<Record<string, number>>;
  readonly reversePathFilter: Readonly<Record<string, number>>;
};

if (need("ip") && needThat("root", process.getuid?.() === 0)) {
  describe("in a namespace of its own", () => {
    let namespace: OwnNamespace;
    beforeAll(() => {
      namespace = new OwnNamespace();
      const ip = (text: string) => namespace.ip(...text.split(" "));
      ip("link add v0 mtu 1400 type veth peer name v1");
      ip("addr add 10.77.0.1/24 dev v0");
      ip("link set v0 up");
    });
    afterAll(() => namespace[Symbol.dispose]());

    const interfaces = () => namespace.ask<readonly NetworkInterface[]>(["interfaces"])[0]!;
    const kernel = () => valueOf(namespace.ask<Seen<PlainKernelFacts>>(["kernel"])[0])!;
    const neighbours = (...addresses: readonly string[]) =>
      namespace.ask<Seen<NeighbourState>>(...addresses.map((address) => ["neighbour", address] as const)).map(valueOf);

    test("the interfaces are those that `ip` shows", () => {
      const shown = JSON.parse(namespace.ip("-j", "addr")) as readonly ShownByIp[];
      const expected = shown.map(({ ifindex, ifname, mtu, flags, addr_info }): NetworkInterface => ({
        index: ifindex,
        name: ifname,
        mtu,
        up: flags.includes("UP") && !flags.includes("NO-CARRIER") && !flags.includes("M-DOWN"),
        loopback: flags.includes("LOOPBACK"),
        wireless: false,
        addresses: addr_info.map((each) => ({
          address: {
            family: each.family === "inet" ? 4 : 6,
            text: each.local,
            scopeId: each.scope === "link" && each.family === "inet6" ? ifindex : 0,
          },
          prefix: each.prefixlen,
        })),
      }));
      expect(interfaces()).toEqual(expected);
      expect(expected.map(({ name }) => name)).toContain("v0");
    });

    test("an interface is up only while it has a carrier", async () => {
      const v0 = () => interfaces().find(({ name }) => name === "v0")!;
      expect(v0()).toMatchObject({ mtu: 1400, up: false, loopback: false });
      expect(v0().addresses).toContainEqual({ address: { family: 4, text: "10.77.0.1", scopeId: 0 }, prefix: 24 });
      namespace.ip("link", "set", "v1", "up");
      await until("the carrier", () => v0().up);
      namespace.ip("link", "set", "v1", "down");
      await until("the carrier's end", () => !v0().up);
    });

    test("a neighbour is as the kernel's table has it", () => {
      const states = { reachable: "reachable", permanent: "reachable", stale: "stale", failed: "failed" } as const;
      namespace.ip("link", "set", "v1", "up");
      for (const [index, state] of Object.keys(states).entries()) {
        const address = `10.77.0.${10 + index}`;
        namespace.ip("neigh", "replace", address, "lladdr", "02:00:00:00:00:01", "dev", "v0", "nud", state);
      }
      const asked = [...Object.keys(states).keys(), 99].map((index) => `10.77.0.${10 + index}`);
      expect(neighbours(...asked)).toEqual([...Object.values(states), "none"]);
    });

    test("a link-local neighbour is found with its interface, and not on another", () => {
      namespace.ip("link", "set", "v1", "up");
      const [v0, v1] = ["v0", "v1"].map((name) => interfaces().find((each) => each.name === name)!.index);
      const rest = ["lladdr", "02:00:00:00:00:01", "dev", "v0", "nud", "permanent"];
      namespace.ip("neigh", "replace", "fe80::5", ...rest);
      expect(neighbours(`fe80::5%${v0}`, `fe80::5%${v1}`, "fe80::5")).toEqual(["reachable", "none", "reachable"]);
    });

    test("an address that nobody has is incomplete while it is asked for, then failed", async () => {
      namespace.ip("link", "set", "v1", "up");
      namespace.run("sysctl", "-qw", "net.ipv4.neigh.v0.retrans_time_ms=1000", "net.ipv4.neigh.v0.mcast_solicit=3");
      const send = 'import socket; socket.socket(2, 2).sendto(b"", ("10.77.0.200", 9))';
      namespace.run("python3", "-c", send);
      const state = () => neighbours("10.77.0.200")[0];
      expect(state()).toBe("incomplete");
      await until("the end of asking", () => state() === "failed");
    });

    test("the kernel's settings are those of the namespace", () => {
      const before = kernel();
      expect(before).toMatchObject({ bindV6Only: false, ephemeralPorts: { first: 32768, last: 60999 } });
      const settings = {
        "net.core.somaxconn": "77",
        "net.ipv6.bindv6only": "1",
        "net.ipv4.ip_local_port_range": "40000 40010",
        "net.ipv4.conf.v0.rp_filter": "2",
        "net.ipv4.conf.v1.rp_filter": "0",
        "net.ipv4.conf.all.rp_filter": "1",
      };
      for (const [name, value] of Object.entries(settings)) namespace.run("sysctl", "-qw", `${name}=${value}`);
      const after = kernel();
      expect(after).toMatchObject({
        bindV6Only: true,
        somaxconn: 77,
        ephemeralPorts: { first: 40000, last: 40010 },
        reversePathFilter: { v0: 2, v1: 1 },
      });
      namespace.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0");
      expect(kernel().reversePathFilter).toMatchObject({ v0: 2, v1: 0 });
    });

    test("a counter moves when what it counts happens, and no other namespace's does", () => {
      const drops = () => kernel().counters["UdpNoPorts"]!;
      const before = drops();
      namespace.run("python3", "-c", `import socket; socket.socket(2, 2).sendto(b"", ("127.0.0.1", ${freePort()}))`);
      expect(drops()).toBe(before + 1);
    });
  });
}

test("every counter of the kernel's two files is there under its own name", () => {
  const facts = readKernelFacts();
  if (facts.kind !== "seen") throw new Error(facts.because);
  const { counters } = facts.value;
  for (const name of ["ListenOverflows", "ListenDrops", "IPReversePathFilter", "TCPReqQFullDoCookies"]) {
    expect(counters.get(name)).toBeNumber();
  }
  expect(counters.get("TcpRetransSegs")).toBeNumber();
  const names = [...readFileSync("/proc/net/netstat", "utf8").matchAll(/\b[A-Z]\w+(?= )/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(50);
  for (const name of names) expect(counters.has(name)).toBe(true);
  expect([...counters.values()].every(Number.isFinite)).toBe(true);
});

test("a group of counters whose two lines do not belong together is left out", () => {
  const text = "TcpExt: ListenOverflows ListenDrops\nTcpExt: 3 5\nIpExt: InNoRoutes\nMPTcpExt: 1\n";
  expect(parseCounters(text)).toEqual([
    { group: "TcpExt", name: "ListenOverflows", value: 3 },
    { group: "TcpExt", name: "ListenDrops", value: 5 },
  ]);
});
