import type { Address } from "./address.ts";
import type { Endpoint, Protocol } from "./endpoint.ts";
import type { Seen } from "./seen.ts";
import type { ProcessInfo, SocketRow } from "./socket.ts";

/**
 * What `reach` asks of an operating system. Linux, macOS and Windows each implement all of it; what one of them can't tell
 * is `unseen` with the reason. Nothing here changes anything, but that `connect` and `sendDatagram` reach the target.
 */
export interface Network {
  interfaces(): readonly NetworkInterface[];
  /** A real connect(), then a moment of listening to what the other side says by itself. Never rejects. */
  connect(to: Endpoint, options: ConnectOptions): Promise<ConnectOutcome>;
  /** One empty datagram, and what comes back. Never rejects. */
  sendDatagram(to: Endpoint, timeoutMs: number): Promise<DatagramOutcome>;
  /** A name as clients resolve it (getaddrinfo, in its order). Never rejects. */
  resolve(name: string): Promise<NameAnswer>;
  /** The same name asked of each configured resolver by itself, hosts file and search domains aside. */
  askResolvers(name: string, timeoutMs: number): Promise<Seen<readonly ResolverAnswer[]>>;
  /** Which way packets to this address would take. */
  route(to: Address): Seen<Route>;
  /** What the neighbour table says of an address on our own subnet. */
  neighbour(address: Address): Seen<NeighbourState>;
  /** How the process is doing: halted, out of files, in a container, limited by its unit. */
  health(pid: number): Seen<ProcessHealth>;
  /** Every listening unix stream socket of this network namespace. */
  unixSockets(): Seen<readonly UnixSocket[]>;
  /** The other network namespaces of this machine, containers mostly, with their TCP and UDP listeners. */
  otherNamespaces(): Seen<readonly NamespaceFacts[]>;
  kernel(): Seen<KernelFacts>;
  /** What kind of machine this is. */
  machine(): MachineFacts;
}

export interface NetworkInterface {
  readonly index: number;
  readonly name: string;
  readonly mtu?: number;
  readonly up: boolean;
  readonly loopback: boolean;
  readonly wireless: boolean;
  /** Linux: the id of a BPF program (XDP) that sees what comes in before every rule does. */
  readonly xdp?: number;
  readonly addresses: readonly { readonly address: Address; readonly prefix: number }[];
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  /** How long to listen once connected, in milliseconds. */
  readonly listenMs: number;
  /** Connect from this address of ours; nothing: the kernel chooses. */
  readonly from?: Address;
}

export type ConnectOutcome =
  | { readonly kind: "connected"; readonly afterMs: number; readonly local: Endpoint; readonly greeting: Greeting }
  | {
      readonly kind: "failed";
      readonly failure: ConnectFailure;
      readonly afterMs: number;
      /** The system's own name and number: `ECONNREFUSED (111)`. */
      readonly shown: string;
    }
  /** Neither yes nor no in time; `syns`: how often it was asked (1: too short to call it a drop). */
  | { readonly kind: "timeout"; readonly afterMs: number; readonly syns: number };

/** What happened on the connection while we only listened. `said` is cut at 4096 bytes. */
export type Greeting =
  | { readonly kind: "silent" }
  | { readonly kind: "said"; readonly bytes: Uint8Array }
  | { readonly kind: "closed" }
  | { readonly kind: "reset" };

export type ConnectFailure =
  | "refused"
  | "reset"
  /** The system itself gave up waiting (ETIMEDOUT). */
  | "timed-out"
  | "host-unreachable"
  | "network-unreachable"
  /** EACCES, EPERM: a route that prohibits, an IPv6 reject, or a rule in our own way out. */
  | "prohibited"
  /** EINVAL: a blackhole route, or a link-local address without its interface. */
  | "invalid"
  | "protocol-unreachable"
  /** No local port or address is left to connect from (EADDRNOTAVAIL). */
  | "no-local-port"
  /** This system has no such family (EAFNOSUPPORT). */
  | "no-family"
  | "other";

export type DatagramOutcome =
  | { readonly kind: "answered"; readonly bytes: Uint8Array; readonly afterMs: number }
  /** An ICMP "port unreachable" came back. */
  | { readonly kind: "refused"; readonly afterMs: number; readonly shown: string }
  | { readonly kind: "failed"; readonly failure: ConnectFailure; readonly afterMs: number; readonly shown: string }
  | { readonly kind: "silent"; readonly afterMs: number };

export type NameAnswer =
  | {
      readonly kind: "addresses";
      readonly name: string;
      readonly addresses: readonly Address[];
      /** Lines of the hosts file that name it, as they stand there. */
      readonly hostsLines: readonly string[];
    }
  | {
      readonly kind: "failed";
      readonly name: string;
      readonly failure: "not-found" | "no-address" | "temporary" | "other";
      /** `EAI_NONAME`. */
      readonly shown: string;
      readonly hostsLines: readonly string[];
    };

export interface ResolverAnswer {
  readonly resolver: Address;
  readonly answer:
    | { readonly kind: "addresses"; readonly addresses: readonly Address[] }
    /** `NXDOMAIN`, `REFUSED`, `NODATA`. */
    | { readonly kind: "none"; readonly shown: string }
    | { readonly kind: "silent" };
}

export interface Route {
  /** `none`: there is no route. `local`: it is an address of this machine. */
  readonly kind:
    | "unicast"
    | "local"
    | "broadcast"
    | "multicast"
    | "unreachable"
    | "prohibit"
    | "blackhole"
    | "throw"
    | "none";
  readonly interface?: string;
  readonly gateway?: Address;
  /** The address of ours that packets would come from. */
  readonly source?: Address;
  readonly mtu?: number;
  /** The route as the system's own tool would show it. */
  readonly text: string;
}

export type NeighbourState = "reachable" | "stale" | "incomplete" | "failed" | "none";

/** How a process is doing; a field is missing where it can't be read. */
export interface ProcessHealth {
  readonly pid: number;
  /** `stopped`: SIGSTOP, Ctrl-Z. `traced`: a debugger has it halted. `frozen`: its cgroup is frozen (a paused container). */
  readonly state: "running" | "sleeping" | "waiting-for-disk" | "stopped" | "traced" | "frozen" | "zombie";
  readonly tracer?: number;
  readonly files?: { readonly open: number; readonly limit: number };
  readonly container?: ContainerName;
  /** The systemd unit, `nginx.service`. */
  readonly unit?: string;
  /** Limits that its unit sets on the network, as they stand there: `IPAddressDeny=any`. */
  readonly unitLimits?: readonly string[];
}

export interface ContainerName {
  readonly runtime: "docker" | "podman" | "containerd" | "lxc" | "kubernetes" | "other";
  readonly id: string;
}

export interface UnixSocket {
  /** An abstract one begins with `@`. */
  readonly path: string;
  readonly pids: readonly number[];
}

/** One network namespace that is not ours. */
export interface NamespaceFacts {
  readonly id: string;
  /** A process that lives in it, by which it can be entered. */
  readonly leader: ProcessInfo;
  readonly container?: ContainerName;
  readonly addresses: readonly Address[];
  readonly listeners: readonly { readonly row: SocketRow; readonly process?: ProcessInfo }[];
  /** What `localhost` is in there, first address first; nothing where its hosts file can't be read. */
  readonly localhost?: readonly Address[];
}

export interface KernelFacts {
  /** net.ipv6.bindv6only. */
  readonly bindV6Only: boolean;
  readonly ephemeralPorts: { readonly first: number; readonly last: number };
  readonly somaxconn: number;
  /** By interface name, the larger of its own value and `all`: 0 off, 1 strict, 2 loose. */
  readonly reversePathFilter: ReadonlyMap<string, number>;
  readonly conntrack?: { readonly count: number; readonly max: number };
  /** Running totals since boot; the name is the kernel's: ListenOverflows, ListenDrops, IPReversePathFilter, … */
  readonly counters: ReadonlyMap<string, number>;
}

export interface MachineFacts {
  /** `Amazon EC2`, `Google Compute Engine`, …: a provider's own firewall stands before this machine. */
  readonly cloud?: string;
  /** Inside a Windows Subsystem for Linux. */
  readonly wsl?: { readonly version: 1 | 2; readonly networking: "nat" | "mirrored" | "unknown" };
  /** We ourselves run in a container. */
  readonly container?: ContainerName["runtime"];
  readonly windows?: WindowsFacts;
  readonly macos?: MacosFacts;
}

export interface WindowsFacts {
  readonly portProxies: Seen<readonly PortProxy[]>;
  /** The service that serves them (iphlpsvc). */
  readonly portProxyService: Seen<"running" | "stopped">;
  readonly excludedRanges: Seen<
    readonly { readonly protocol: Protocol; readonly first: number; readonly last: number }[]
  >;
  /** Whether a firewall profile is on: then a closed port answers nothing at all. */
  readonly firewallOn: Seen<boolean>;
  /** All that the registry has of the firewall: its rules and its settings, the machine's own and the administrators'. */
  readonly firewallRegistry: Seen<readonly RegistryValue[]>;
}

/** One value of the registry. */
export interface RegistryValue {
  /** The whole key, as it is written there: `HKEY_LOCAL_MACHINE\\…`. */
  readonly key: string;
  readonly name: string;
  /** A text, a number, or nothing where it is of another type or can't be read. */
  readonly data: string | number | undefined;
}

export interface PortProxy {
  readonly listen: Endpoint;
  readonly to: { readonly host: string; readonly port: number };
}

export interface MacosFacts {
  /** The major version, 15. */
  readonly version: number;
  readonly applicationFirewall: Seen<{
    readonly on: boolean;
    readonly blockAll: boolean;
    /** By path of the program, or by its bundle. */
    readonly blocked: readonly string[];
    readonly allowed: readonly string[];
  }>;
}
