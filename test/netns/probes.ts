import { requireAddress } from "../../src/core/address.ts";
import type { Protocol } from "../../src/core/endpoint.ts";
import type { Way } from "../../src/firewall/packet.ts";
import { evaluate } from "../../src/firewall/evaluate.ts";
import type { RuleSet } from "../../src/firewall/model.ts";
import { errnoOf } from "../../src/firewall/reject.ts";
import type { Verdict } from "../../src/firewall/verdict.ts";
import { CLIENT, CONTAINER, HOST, SERVER, type Town } from "./town.ts";

/** One connection to be tried, and how the server sees it. */
export interface Probe {
  readonly by: "client" | "server" | "container";
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly way: Way;
  /** TCP where nothing is said. */
  readonly protocol?: Protocol;
}

export interface Compared {
  readonly probe: Probe;
  readonly verdict: Verdict;
  /** What connect() should get by the verdict; nothing where it is not certain. */
  readonly expected: string | undefined;
  readonly got: string;
}

/** Two SYNs: the second one may be told what the first was not. */
const TIMEOUT_MS = 1600;
/** Where the first answer was not as expected, more time shows whether the machine was only busy. */
const LONG_MS = 5000;

export function fromClient(family: "v4" | "v6", port: number, client = 0, server = 0): Probe {
  const [from, to] = [CLIENT[family][client]!, SERVER[family][server]!];
  return { by: "client", from, to, port, way: { kind: "in", interface: "eth0" } };
}

export function throughServer(family: "v4" | "v6", port: number): Probe {
  const way: Way = { kind: "in", interface: "eth0" };
  return { by: "client", from: CLIENT[family][0], to: CONTAINER[family], port, way };
}

export function fromContainer(family: "v4" | "v6", port: number): Probe {
  const to = family === "v4" ? "172.30.0.1" : "fd30::1";
  return { by: "container", from: CONTAINER[family], to, port, way: { kind: "in", interface: "docker0" } };
}

export function toItself(address: string, port: number): Probe {
  return { by: "server", from: address, to: address, port, way: { kind: "self" } };
}

export function toClient(family: "v4" | "v6", port: number): Probe {
  const way: Way = { kind: "out", interface: "eth0" };
  return { by: "server", from: SERVER[family][0], to: CLIENT[family][0], port, way };
}

/** The same by UDP, one datagram: from the address that the system takes by itself. */
export function byDatagram(probe: Probe): Probe {
  return { ...probe, protocol: "udp" };
}

export function judge(rules: RuleSet, probe: Probe): Verdict {
  return evaluate(rules, {
    protocol: probe.protocol ?? "tcp",
    source: requireAddress(probe.from),
    destination: requireAddress(probe.to),
    port: probe.port,
    way: probe.way,
    host: HOST,
  });
}

/** Everybody listens, so that a connection that is let through is made. */
function expectedOf(verdict: Verdict, { protocol = "tcp", to }: Probe): string | undefined {
  switch (verdict.kind) {
    case "accept":
      return "connected";
    case "drop":
      return "timeout";
    case "reject":
      // Our datagrams ask for every error, also for those that Linux keeps from a UDP socket.
      return protocol === "tcp" ? verdict.errno : errnoOf(verdict.reject!, to.includes(":") ? 6 : 4, "tcp");
    case "unknown":
      return undefined;
  }
}

/** Sends each probe for real, all at once, and puts what it got beside the verdict. */
export async function compare(town: Town, rules: RuleSet, probes: readonly Probe[]): Promise<Compared[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const verdict = judge(rules, probe);
      const expected = expectedOf(verdict, probe);
      const first = await connect(town, probe, TIMEOUT_MS);
      const isWrong = expected !== undefined && expected !== first;
      // A datagram that does not get out is told to its sender at once, dropped or rejected; a SYN is sent again.
      const isStopped =
        ["EPERM", "ENOBUFS", "EINVAL"].includes(first) &&
        probe.by === "server" &&
        ["drop", "reject"].includes(verdict.kind);
      if (isStopped && expected !== undefined) return { probe, verdict, expected, got: expected };
      const got =
        isWrong && (first === "timeout" || expected === "timeout") ? await connect(town, probe, LONG_MS) : first;
      return { probe, verdict, expected, got };
    }),
  );
}

async function connect(town: Town, probe: Probe, timeoutMs: number): Promise<string> {
  const { from, to, port, protocol = "tcp" } = probe;
  const result = await town[probe.by].do({ do: "connect", protocol, address: to, port, from, timeoutMs });
  return result.outcome ?? result.failed ?? "?";
}

export function describe({ probe, verdict, expected, got }: Compared): string {
  const { by, from, to, port, way, protocol = "tcp" } = probe;
  return `${by} ${from} → ${to} ${protocol} ${port} (${way.kind}): expected ${expected}, got ${got}\n    ${verdict.because}`;
}
