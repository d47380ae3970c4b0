import type { Address } from "../core/address.ts";
import type { Conversation } from "./speak/conversation.ts";
import type { Attempt, Candidate, DatagramAttempt } from "../core/diagnosis.ts";
import type {
  KernelFacts,
  MachineFacts,
  NameAnswer,
  NamespaceFacts,
  NeighbourState,
  NetworkInterface,
  ProcessHealth,
  ResolverAnswer,
  Route,
  UnixSocket,
} from "../core/network.ts";
import type { OsName, Refusal } from "../core/os.ts";
import type { Seen } from "../core/seen.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import type { ReachRequest } from "../core/target.ts";
import type { Forwarder } from "../holders/recognize/forwarder.ts";
import type { ServerKind } from "./recognize/server.ts";
import type { RuledWays } from "./ruled-way.ts";

/** All that was seen, for the causes to judge. What a group needs to be gathered stands in `gather/`. */
export interface Facts {
  readonly request: ReachRequest;
  readonly system: OsName;
  readonly machine: MachineFacts;
  readonly interfaces: readonly NetworkInterface[];
  /** Whether the target is this very machine. */
  readonly isLocal: boolean;
  /** The target's name as clients resolve it; nothing where it has none. */
  readonly name?: NameAnswer;
  /** The addresses that a client would try, in its order. */
  readonly candidates: readonly Candidate[];
  /** One for each candidate, in the same order. Empty where the target was spared (`spared`). */
  readonly attempts: readonly Attempt[];
  /** Why no connection was made: a one-shot server would have been used up by it. */
  readonly spared?: string;
  /** UDP only: what a datagram met. */
  readonly datagrams: readonly DatagramAttempt[];
  /** What this machine has on the port, both protocols and families. Empty for a remote target. */
  readonly listeners: readonly Listener[];
  /** Variables of our environment that send clients through a proxy, as they are written: `http_proxy`, `NO_PROXY`, … */
  readonly proxyEnv: Readonly<Record<string, string>>;
  /** Our working directory: a server that was started from it is probably the one that is meant. */
  readonly cwd?: string;
  /** The rest is gathered only where a cause that is in question needs it. */
  readonly more: MoreFacts;
}

/** Each missing where it was not needed. */
export interface MoreFacts {
  /** Other listening sockets of this machine (TCP), for "wrong port". */
  readonly neighbours?: Seen<readonly Listener[]>;
  readonly unixSockets?: Seen<readonly (UnixSocket & { readonly processes: readonly ProcessInfo[] })[]>;
  /** `health`: of the leader, where it is a container's. */
  readonly namespaces?: Seen<readonly (NamespaceFacts & { readonly health?: Seen<ProcessHealth> })[]>;
  /** By the address's text. */
  readonly routes?: ReadonlyMap<string, Seen<Route>>;
  /** Of each address, or of the gateway to it, by that address's text. */
  readonly neighbourStates?: ReadonlyMap<string, Seen<NeighbourState>>;
  readonly kernel?: Seen<KernelFacts>;
  /** How far each counter moved while we tried; those that stood still are left out. */
  readonly moved?: Seen<ReadonlyMap<string, number>>;
  /** How the accept queues of the port's listeners went on after our own connections, by row id. */
  readonly queues?: Seen<ReadonlyMap<string, QueueWatch>>;
  readonly resolvers?: Seen<readonly ResolverAnswer[]>;
  readonly conversation?: Conversation;
  /** Why the system would refuse this port to anybody (excluded range). */
  readonly refusal?: Refusal;
  /** What this machine's rules do with the connections that are asked about. */
  readonly firewall?: Seen<RuledWays>;
}

export interface QueueWatch {
  /** How many waited in the end. */
  readonly waiting: number;
  /** How long it was looked at, in milliseconds: until it was empty or became shorter, else up to a second. */
  readonly forMs: number;
  /** Whether somebody accepted meanwhile: it is empty or became shorter. */
  readonly accepted: boolean;
}

export type MoreName = keyof MoreFacts;

/** One socket of this machine on the port, with everybody who has it open. */
export interface Listener {
  readonly row: SocketRow;
  /** Empty where the owner may not be seen. */
  readonly owners: readonly Owner[];
}

export interface Owner {
  readonly process: ProcessInfo;
  readonly health: Seen<ProcessHealth>;
  /** Which server it is, as far as its command line tells. */
  readonly server: ServerKind;
  /** It hands connections on to somewhere else: docker-proxy, `kubectl port-forward`, `ssh -L`. */
  readonly forwarder?: Forwarder;
  /** Whether a process of it is seen waiting for connections; nothing where that can't be seen. */
  readonly waits?: boolean;
}

/** What the attempts have in common to say; a target may show several. */
export type Symptom =
  | "connected"
  | "refused"
  | "reset"
  | "timeout"
  | "unreachable"
  | "prohibited"
  | "invalid"
  | "no-local-port"
  | "no-name"
  /** There is a target, but no address of it may be tried. */
  | "no-address"
  | "other-failure"
  /** No attempt was made. */
  | "spared";

/** The address of an attempt as a key of `routes` and `neighbourStates`. */
export function addressKey(address: Address): string {
  return `${address.text}%${address.scopeId}`;
}
