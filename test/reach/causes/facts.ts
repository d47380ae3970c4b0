import { type Address, requireAddress } from "../../../src/core/address.ts";
import type { Attempt, Candidate } from "../../../src/core/diagnosis.ts";
import type { Endpoint } from "../../../src/core/endpoint.ts";
import type {
  ConnectFailure,
  ConnectOutcome,
  Greeting,
  KernelFacts,
  NetworkInterface,
  ProcessHealth,
} from "../../../src/core/network.ts";
import { seen } from "../../../src/core/seen.ts";
import type { ProcessInfo, SocketRow } from "../../../src/core/socket.ts";
import type { ReachRequest, Target, TargetHost, Vantage } from "../../../src/core/target.ts";
import type { Facts, Listener, Owner } from "../../../src/reach/facts.ts";

/** A complete set of facts: a uvicorn on 0.0.0.0:8000 of this Linux machine (192.168.1.20), asked for as `8000`, healthy. */
export function factsOf(overrides: Partial<Facts> = {}): Facts {
  return {
    request: requestOf("8000"),
    system: "linux",
    machine: {},
    interfaces: [LO, ETH0],
    isLocal: true,
    candidates: [candidateOf("127.0.0.1"), candidateOf("::1"), candidateOf("192.168.1.20", "eth0")],
    attempts: [connected("127.0.0.1"), refused("::1"), connected("192.168.1.20", { as: "eth0" })],
    datagrams: [],
    listeners: [listenerOf("0.0.0.0")],
    proxyEnv: {},
    more: {},
    ...overrides,
  };
}

export const LO: NetworkInterface = interfaceOf(1, "lo", ["127.0.0.1", 8], ["::1", 128]);
export const ETH0: NetworkInterface = interfaceOf(2, "eth0", ["192.168.1.20", 24], ["fe80::20%2", 64]);

export function interfaceOf(
  index: number,
  name: string,
  ...addresses: readonly (readonly [text: string, prefix: number])[]
): NetworkInterface {
  return {
    index,
    name,
    mtu: name === "lo" ? 65536 : 1500,
    up: true,
    loopback: name === "lo",
    wireless: false,
    addresses: addresses.map(([text, prefix]) => ({ address: requireAddress(text), prefix })),
  };
}

/** What is asked: `8000`, `localhost:8000`, `192.168.1.20:8000`, `[::1]:8000`; `url` makes it a URL. */
export function requestOf(
  text: string,
  options: Partial<Omit<ReachRequest, "target">> & { url?: Target["url"]; protocol?: Target["protocol"] } = {},
): ReachRequest {
  const { url, protocol = "tcp", ...rest } = options;
  const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  return {
    target: { text, protocol, port: Number(port), host: hostOf(host), ...(url && { url }) },
    from: { kind: "here" } satisfies Vantage,
    timeoutMs: 2000,
    ...rest,
  };
}

function hostOf(host: string | undefined): TargetHost {
  if (host === undefined) return { kind: "this-machine" };
  const isAddress = /^[\d.]+$|^\[.*\]$/.test(host);
  return isAddress ? { kind: "address", address: requireAddress(host) } : { kind: "name", name: host };
}

export function candidateOf(address: string, as = address): Candidate {
  return { address: requireAddress(address), as };
}

interface AttemptOptions {
  readonly as?: string;
  readonly port?: number;
}

export function connected(address: string, options: AttemptOptions & { greeting?: Greeting } = {}): Attempt {
  const local: Endpoint = endpointOf(requireAddress(address), 45678);
  return attempt(address, options, {
    kind: "connected",
    afterMs: 0.2,
    local,
    greeting: options.greeting ?? { kind: "silent" },
  });
}

export function refused(address: string, options: AttemptOptions = {}): Attempt {
  return failed(address, "refused", "ECONNREFUSED (111)", options);
}

/** `shown` as the system names it: `EHOSTUNREACH (113)`. */
export function failed(address: string, failure: ConnectFailure, shown: string, options: AttemptOptions = {}): Attempt {
  return attempt(address, options, { kind: "failed", failure, afterMs: 0.1, shown });
}

export function timedOut(address: string, options: AttemptOptions & { syns?: number } = {}): Attempt {
  return attempt(address, options, { kind: "timeout", afterMs: 2000, syns: options.syns ?? 2 });
}

function attempt(address: string, { as = address, port = 8000 }: AttemptOptions, outcome: ConnectOutcome): Attempt {
  return { to: endpointOf(requireAddress(address), port), as, outcome };
}

export function endpointOf(address: Address, port = 8000, dual = false): Endpoint {
  return { protocol: "tcp", address, port, dual };
}

/** One socket on the port; `::` takes IPv4 too unless `v6Only`. One owner, a uvicorn, where nothing else is said. */
export function listenerOf(
  address: string,
  options: Partial<Omit<SocketRow, "at">> & {
    port?: number;
    protocol?: Endpoint["protocol"];
    v6Only?: boolean;
    owners?: readonly Owner[];
  } = {},
): Listener {
  const { port = 8000, protocol = "tcp", v6Only = false, owners = [ownerOf()], ...row } = options;
  const at = { ...endpointOf(requireAddress(address), port, address === "::" && !v6Only), protocol };
  const state = protocol === "udp" ? "open" : "listen";
  const queue = protocol === "udp" || (row.state ?? state) !== "listen" ? {} : { queue: { waiting: 0, limit: 2048 } };
  return { row: { at, state, id: `${address} ${port}`, uid: 1000, ...queue, ...row }, owners };
}

/** A process that has the socket: a healthy uvicorn (pid 4711) where nothing else is said. */
export function ownerOf(
  options: Partial<Omit<Owner, "process" | "health">> & {
    process?: Partial<ProcessInfo>;
    health?: Partial<ProcessHealth>;
  } = {},
): Owner {
  const { process = {}, health = {}, server = "uvicorn", ...rest } = options;
  const info = { ...UVICORN, ...process };
  return { process: info, health: seen({ ...HEALTHY, pid: info.pid, ...health }), server, waits: true, ...rest };
}

export const UVICORN: ProcessInfo = {
  pid: 4711,
  ppid: 4000,
  name: "uvicorn",
  command: ["/home/bob/app/.venv/bin/python3", "/home/bob/app/.venv/bin/uvicorn", "app:app", "--port", "8000"],
  user: "bob",
  startedAt: Date.UTC(2025, 2, 4, 9, 3),
  cwd: "/home/bob/app",
};

const HEALTHY: ProcessHealth = { pid: 4711, state: "sleeping", files: { open: 12, limit: 1024 } };

/** A usual Linux; `more.kernel` is `seen(kernelOf())`. */
export function kernelOf(overrides: Partial<KernelFacts> = {}): KernelFacts {
  return {
    bindV6Only: false,
    ephemeralPorts: { first: 32768, last: 60999 },
    somaxconn: 4096,
    reversePathFilter: new Map([
      ["lo", 0],
      ["eth0", 2],
    ]),
    conntrack: { count: 120, max: 262144 },
    counters: new Map([
      ["ListenOverflows", 0],
      ["ListenDrops", 0],
      ["IPReversePathFilter", 0],
    ]),
    ...overrides,
  };
}
