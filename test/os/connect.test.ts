import { afterAll, describe, expect, test } from "bun:test";
import type { TCPSocketListener } from "bun";
import { type Address, ANY4, LOOPBACK4, parseAddress } from "../../src/core/address.ts";
import type { Endpoint } from "../../src/core/endpoint.ts";
import type { ConnectOutcome } from "../../src/core/network.ts";
import { connectTo } from "../../src/os/unix/net/connect.ts";
import { countByClock } from "../../src/os/unix/net/count-syns.ts";
import { findSource } from "../../src/os/unix/net/find-source.ts";
import { freePort } from "../drive/free-port.ts";
import { need } from "../need.ts";
import { ask, needNamespaces, rules, type World } from "./world.ts";
import type { Question } from "./programs/questions.ts";

type Handler = Bun.SocketHandler;

const OPTIONS = { timeoutMs: 10_000, listenMs: 10_000 };
const listeners: TCPSocketListener[] = [];
afterAll(() => {
  for (const each of listeners) each.stop(true);
});

/** A real listener that does this to whoever comes. */
function listen(onOpen: NonNullable<Handler["open"]>): Endpoint {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open: onOpen, data: () => undefined } });
  listeners.push(server);
  return at(LOOPBACK4, server.port);
}

function at(address: Address, port: number): Endpoint {
  return { protocol: "tcp", address, port, dual: false };
}

function greetingOf(outcome: ConnectOutcome) {
  if (outcome.kind !== "connected") throw new Error(`not connected: ${JSON.stringify(outcome)}`);
  return outcome.greeting;
}

describe("a connection to this machine", () => {
  test("that nobody takes is refused, with the system's own word for it", async () => {
    const outcome = await connectTo(at(LOOPBACK4, freePort()), OPTIONS);
    expect(outcome).toMatchObject({ kind: "failed", failure: "refused" });
    if (process.platform === "linux") expect(outcome).toMatchObject({ shown: "ECONNREFUSED (111)" });
  });

  test("to a listener that says nothing is silent, and nothing was sent to it", async () => {
    const closed = Promise.withResolvers<void>();
    const heard: Uint8Array[] = [];
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (_, bytes) => void heard.push(bytes), close: () => closed.resolve() },
    });
    listeners.push(server);
    const outcome = await connectTo(at(LOOPBACK4, server.port), { timeoutMs: 10_000, listenMs: 30 });
    expect(outcome).toMatchObject({ kind: "connected", local: { address: LOOPBACK4 } });
    expect(greetingOf(outcome)).toEqual({ kind: "silent" });
    await closed.promise;
    expect(heard).toEqual([]);
  });

  test("hears what the other side says by itself, at once and cut at 4096 bytes", async () => {
    const greeter = listen((socket) => void socket.write("220 hello\r\n"));
    expect(greetingOf(await connectTo(greeter, OPTIONS))).toEqual({
      kind: "said",
      bytes: Buffer.from("220 hello\r\n"),
    });
    const flood = listen((socket) => void socket.write(Buffer.alloc(1_000_000, "x")));
    const greeting = greetingOf(await connectTo(flood, OPTIONS));
    expect(greeting.kind === "said" && greeting.bytes.length).toBeWithin(1, 4097);
  });

  test("sees the end, and sees a reset", async () => {
    expect(
      greetingOf(
        await connectTo(
          listen((socket) => void socket.end()),
          OPTIONS,
        ),
      ),
    ).toEqual({ kind: "closed" });
    const rude = listen((socket) => socket.terminate());
    expect(greetingOf(await connectTo(rude, OPTIONS))).toEqual({ kind: "reset" });
  });

  test("can come from an address of its own", async () => {
    if (process.platform !== "linux") return;
    const from = parseAddress("127.0.0.9")!;
    const outcome = await connectTo(
      listen(() => undefined),
      { timeoutMs: 10_000, listenMs: 0, from },
    );
    expect(outcome).toMatchObject({ kind: "connected", local: { address: from } });
    const foreign = await connectTo(at(LOOPBACK4, freePort()), { ...OPTIONS, from: parseAddress("198.51.100.7")! });
    expect(foreign).toMatchObject({ kind: "failed", failure: "no-local-port", shown: "EADDRNOTAVAIL (99)" });
  });

  test("by 0.0.0.0 is one to 127.0.0.1", async () => {
    const { port } = listen(() => undefined);
    const outcome = await connectTo(at(ANY4, port), { timeoutMs: 10_000, listenMs: 0 });
    expect(outcome).toMatchObject({ kind: "connected", local: { address: LOOPBACK4 } });
  });

  test("by a link-local address without its interface is invalid", async () => {
    const outcome = await connectTo(at(parseAddress("fe80::1")!, 80), OPTIONS);
    if (process.platform === "linux") expect(outcome).toMatchObject({ failure: "invalid", shown: "EINVAL (22)" });
  });
});

test("the address that we would come from is told without a packet", () => {
  expect(findSource(LOOPBACK4)).toEqual(LOOPBACK4);
  expect(findSource(parseAddress("fe80::1")!)).toBeUndefined();
});

test("without the kernel's count, the clock tells how often was asked", () => {
  expect([0, 999, 1000, 2999, 3000, 7500].map(countByClock)).toEqual([1, 1, 2, 2, 3, 4]);
});

if (process.platform === "linux" && needNamespaces()) describe("in a network of its own", inNamespaces);

function inNamespaces(): void {
  const connect = (host: string, port = 80, timeoutMs = 8000): Question => ({ do: "connect", host, port, timeoutMs });

  /** `failure shown` of each, or what else came. */
  const outcomes = async (world: World, questions: readonly Question[]) =>
    (await ask<ConnectOutcome>(world, questions)).map((each) =>
      each.kind === "failed" ? `${each.failure} ${each.shown}` : each.kind,
    );

  if (need("nft")) {
    test("a dropped one times out, and 50 of them take no longer than one", async () => {
      const dropped = await ask<Extract<ConnectOutcome, { kind: "timeout" }>>({ setUp: [rules("tcp dport 80 drop")] }, [
        connect("127.0.0.1", 80, 300),
        ...Array.from({ length: 50 }, () => connect("127.0.0.1", 80, 2500)),
      ]);
      expect(dropped.map(({ kind }) => kind)).toEqual(Array<"timeout">(51).fill("timeout"));
      const [short, ...long] = dropped;
      expect(short!.syns).toBe(1);
      for (const { syns, afterMs } of long) {
        // One by one they would take two minutes.
        expect(afterMs).toBeWithin(2500, 15_000);
        expect(syns).toBeGreaterThanOrEqual(2);
      }
    });

    test("each REJECT type of IPv4 has its error", async () => {
      const types = {
        "tcp reset": "refused ECONNREFUSED (111)",
        "icmp type port-unreachable": "refused ECONNREFUSED (111)",
        "icmp type host-unreachable": "host-unreachable EHOSTUNREACH (113)",
        "icmp type host-prohibited": "host-unreachable EHOSTUNREACH (113)",
        "icmp type admin-prohibited": "host-unreachable EHOSTUNREACH (113)",
        "icmp type net-unreachable": "network-unreachable ENETUNREACH (101)",
        "icmp type net-prohibited": "network-unreachable ENETUNREACH (101)",
        "icmp type prot-unreachable": "protocol-unreachable ENOPROTOOPT (92)",
      };
      const lines = Object.keys(types).map(
        (type, index) => `ip daddr 127.0.0.1 tcp dport ${8000 + index} reject with ${type}`,
      );
      const asked = Object.keys(types).map((_, index) => connect("127.0.0.1", 8000 + index));
      expect(await outcomes({ setUp: [rules(...lines)] }, asked)).toEqual(Object.values(types));
    });

    test("each REJECT type of IPv6 has its error", async () => {
      const types = {
        "icmpv6 type port-unreachable": "refused ECONNREFUSED (111)",
        "icmpv6 type admin-prohibited": "prohibited EACCES (13)",
        "icmpv6 type policy-fail": "prohibited EACCES (13)",
        "icmpv6 type reject-route": "prohibited EACCES (13)",
        "icmpv6 type addr-unreachable": "host-unreachable EHOSTUNREACH (113)",
        "icmpv6 type no-route": "network-unreachable ENETUNREACH (101)",
      };
      const lines = Object.keys(types).map(
        (type, index) => `ip6 daddr ::1 tcp dport ${8000 + index} reject with ${type}`,
      );
      const asked = Object.keys(types).map((_, index) => connect("::1", 8000 + index));
      expect(await outcomes({ setUp: [rules(...lines)] }, asked)).toEqual(Object.values(types));
    });

    test("a datagram is refused, answered by nobody, or told why not", async () => {
      const world = { setUp: [rules("udp dport 81 drop", "udp dport 82 reject with icmp type host-prohibited")] };
      const send = (port: number, timeoutMs: number): Question => ({ do: "send", host: "127.0.0.1", port, timeoutMs });
      expect(await ask(world, [send(80, 8000), send(81, 300), send(82, 8000)])).toMatchObject([
        { kind: "refused", shown: "ECONNREFUSED (111)" },
        { kind: "silent" },
        { kind: "failed", failure: "host-unreachable", shown: "EHOSTUNREACH (113)" },
      ]);
    });
  }

  test("each kind of route has its error, and so has none", async () => {
    const setUp = [
      "ip route add unreachable 10.9.1.0/24",
      "ip route add prohibit 10.9.2.0/24",
      "ip route add blackhole 10.9.3.0/24",
      "ip route add throw 10.9.4.0/24",
    ];
    const asked = ["10.9.1.1", "10.9.2.1", "10.9.3.1", "10.9.4.1", "10.9.5.1"].map((host) => connect(host));
    expect(await outcomes({ setUp }, asked)).toEqual([
      "host-unreachable EHOSTUNREACH (113)",
      "prohibited EACCES (13)",
      "invalid EINVAL (22)",
      "network-unreachable ENETUNREACH (101)",
      "network-unreachable ENETUNREACH (101)",
    ]);
  });

  test("a machine of our subnet that is not there is unreachable, in the end", async () => {
    const setUp = [
      "ip link add v0 type veth peer name v1",
      "ip addr add 10.9.0.1/24 dev v0",
      "ip link set v0 up",
      "ip link set v1 up",
    ];
    expect(await outcomes({ setUp }, [connect("10.9.0.2", 80, 20_000)])).toEqual([
      "host-unreachable EHOSTUNREACH (113)",
    ]);
  });

  test("where no local port is left, that is said", async () => {
    const setUp = ["echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range"];
    const held: Question = { do: "connect", host: "127.0.0.1", port: 80, timeoutMs: 8000, listenMs: 500 };
    const got = await outcomes({ setUp }, [{ do: "listen", host: "127.0.0.1", port: 80 }, held, held, held]);
    expect(got).toEqual(["connected", "connected", "no-local-port EADDRNOTAVAIL (99)"]);
  });

  test("a socket that is connected to itself has found no listener", async () => {
    const setUp = ["echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range"];
    expect(await outcomes({ setUp }, [connect("127.0.0.1", 40_000)])).toEqual(["refused ECONNREFUSED (111)"]);
  });

  test("a kernel without IPv6 addresses has none to connect from", async () => {
    const setUp = ["echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"];
    expect(await outcomes({ setUp }, [connect("::1")])).toEqual(["no-local-port EADDRNOTAVAIL (99)"]);
  });
}
