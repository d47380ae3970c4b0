import type { Address } from "./address.ts";
import type { Endpoint, Protocol } from "./endpoint.ts";
import type { Exclusive } from "./exclusive.ts";
import type { Network } from "./network.ts";
import type { OpenProcess } from "./open-process.ts";
import type { Overrule } from "./overrule.ts";
import type { Origins } from "./origin.ts";
import type { OutputTap } from "./output-tap.ts";
import type { ProcessIdentity } from "./process-mark.ts";
import type { ProcessInfo, SocketRow, Waiting } from "./socket.ts";

/**
 * What portguard needs from an operating system. Linux, macOS and Windows each implement all of it; what one of them
 * can't do is answered with `unsupported` and a hint, never by leaving a method out. System error numbers end in there:
 * outcomes are unions, and an unexpected failure is a thrown PortguardError with the code INTERNAL.
 */
export interface Os {
  readonly name: OsName;
  /** Takes the port, exclusively, on every address asked for, or nothing at all. It does not listen. */
  hold(request: HoldRequest): HoldOutcome;
  /** The socket table, for one port or all. */
  sockets(query: SocketQuery): readonly SocketRow[];
  /**
   * The pids that have each row's socket open, by row id; an empty list means that the owner may not be seen. `among`:
   * look at these processes only, which is much cheaper.
   */
  ownersOf(rows: readonly SocketRow[], among?: readonly number[]): ReadonlyMap<string, readonly number[]>;
  /** Of these processes, those whose sockets we may not see: a socket without an owner may be theirs. */
  hiddenAmong(pids: readonly number[]): readonly number[];
  /** Whether one of these processes waits for connections on this socket. */
  waitingOn(row: SocketRow, among: readonly number[]): Waiting;
  process(pid: number): ProcessInfo | undefined;
  /** What these processes have that no second program of their kind could have beside them, as far as it can be seen. */
  exclusivesOf(pids: readonly number[]): readonly Exclusive[];
  /**
   * Opens the very process that was seen, so that its number can't become another's unnoticed; nothing where it is gone, or
   * the number is another's already.
   */
  openProcess(who: ProcessIdentity): OpenProcess | undefined;
  /** Why the system would refuse a port that nobody has (excluded range, privileged port); nothing where it would not. */
  refusalOf(port: number, protocol: Protocol): Refusal | undefined;
  /** Why the system gives this port to nobody who does not ask for its number; nothing where it would, or can't be asked. */
  setAside(port: number): string | undefined;
  /** Readies what will start, watch and end the command. Starting it early costs nothing: no command runs before `launch`. */
  openNursery(options: NurseryOptions): Nursery;
  /** Whether stderr is neither a terminal nor the same file as stdout: then it can pass through us without being another one. */
  hasOwnErrorStream(): boolean;
  /** Whether a controlling terminal is there, and whether we are in its foreground (so that Ctrl-C reaches the command by itself). */
  terminal(): TerminalState;
  /** Keeps an open file that our starter gave us to ourselves: the command does not get it. */
  keepFd(fd: number): void;
  /** Whether our starter has us ignore this signal (`nohup`): then neither we nor the command may heed it. */
  ignores(signal: SignalName): boolean;
  /** Finds what a command name would run, as the system would. */
  findCommand(name: string): CommandFound;
  /**
   * Dies by this signal, as the command did, so that the shell sees it. Where that can't be, it answers the exit code that
   * stands for the signal.
   */
  raise(signal: SignalName): number;
  /** Passes holds on to another process; loaded when it is asked for. */
  passing(): Promise<HoldPassing>;
  /** What `reach` asks; loaded when it is asked for, since no start should pay for it. */
  network(): Promise<Network>;
  /** What `who` asks; loaded when it is asked for, too. */
  origins(): Promise<Origins>;
}

export type OsName = "linux" | "macos" | "windows";

export interface HoldRequest {
  readonly protocol: Protocol;
  /** 0: any free port, chosen by the system. */
  readonly port: number;
  /** `every`: the whole set of addresses a server could ask for, IPv4 and IPv6. */
  readonly hosts: readonly Address[] | "every";
}

export type HoldOutcome =
  | { readonly kind: "held"; readonly hold: Hold }
  /** Somebody has it; `sockets` tells who, as far as it can be seen. */
  | { readonly kind: "busy"; readonly at: Endpoint }
  /** Nobody has it but connections that are still closing and don't let anyone share (TIME_WAIT, a minute at most). */
  | { readonly kind: "lingering"; readonly at: Endpoint }
  | { readonly kind: "denied"; readonly at: Endpoint; readonly refusal: Refusal }
  | { readonly kind: "not-local"; readonly at: Endpoint };

export interface Refusal {
  readonly because: "privileged" | "excluded-range" | "policy";
  /** One line with the values that were seen. */
  readonly what: string;
  readonly hint: string;
}

/** A port that is ours. Disposing lets go of it. */
export interface Hold extends Disposable {
  readonly protocol: Protocol;
  readonly port: number;
  /** The endpoints that are held; a server asking for one of them gets exactly that one. */
  readonly members: readonly Endpoint[];
  /**
   * Makes the member for this address listen (TCP), lets go of the members that conflict with it, and answers its fd,
   * ready to be inherited. Unix only; elsewhere it throws UNSUPPORTED.
   */
  listenOn(address: Address, backlog: number): { readonly fd: number; readonly at: Endpoint };
  /**
   * TCP: from now on a server that asks for this very number gets it, as servers ask by default on this system, while
   * whatever chooses a port by itself is still kept away: on Linux the kernel (bind to 0, outgoing connections), other
   * portguards, and every program that doesn't set SO_REUSEADDR; elsewhere other portguards. Answers whether it is ours
   * still: Windows has to let go for a moment.
   */
  giveWay(): boolean;
  /** Ends that. Answers whether the port is ours alone again: nobody has got it meanwhile, and the system can do that. */
  takeBack(): boolean;
  release(): void;
}

/** How the sockets of a hold come to another portguard of the same user, without a moment in which nobody has them. */
export interface HoldPassing {
  /** Gives them to whoever opened this landing; they stay ours as well. Throws HANDOFF_REFUSED. */
  lend(landing: string, holds: readonly Hold[]): void;
  /** Makes ready to take them, at this path in a folder of ours. Throws HANDOFF_REFUSED. */
  openLanding(path: string): Landing;
}

export interface Landing extends Disposable {
  /** What the lender is told. */
  readonly path: string;
  /** What was lent, once that has been said. Throws HANDOFF_REFUSED. */
  take(): Hold[];
}

export interface SocketQuery {
  readonly port?: number;
  readonly protocol?: Protocol;
  /** Leave out rows in other states; default: listen, bound and open. */
  readonly states?: readonly SocketRow["state"][];
}

export interface NurseryOptions {
  /** Called for whatever happens to the command, its tree, and the one who started us. */
  readonly onEvent: (event: TreeEvent) => void;
  /** Where stdin is a pipe, watch it and our parent: `parent-gone` and `stdin-closed` are told. */
  readonly watchParent: boolean;
  /**
   * Whether to ready what starts the command at once (it comes up while the ports are being held), with the launch (it
   * needs the sockets of `inherit`), or never (there is no command: only the parent is watched).
   */
  readonly start: "early" | "late" | "never";
}

/** The place where commands are started and kept: on Linux a second process beside ours for each, on Windows a job object. */
export interface Nursery extends AsyncDisposable {
  /** May be called again while an earlier command lives: each launch is a generation, and they share the held sockets. */
  launch(spec: LaunchSpec): Promise<LaunchOutcome>;
  /**
   * From now on sockets that have listened go on listening while no generation has them, so that clients wait instead of
   * being refused; who has waited for `timeoutMs` is closed. Nothing: they are held, and refuse. Where only `release` is to
   * be had there is nothing to keep.
   */
  keepQueue(rule: QueueRule | undefined): void;
}

export interface QueueRule {
  readonly timeoutMs: number;
}

export interface LaunchSpec {
  /** 1 for the first, then counting up; what happens to its tree is told under this number. */
  readonly generation: number;
  readonly argv: readonly string[];
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  readonly way: HandoffSpec;
  /** The soft limit on open files for the command; nothing: as it was before portguard started. */
  readonly nofile?: number;
  /** How many clients may wait to be accepted, whatever the command says (by takeover) or until it says so (by inherit). */
  readonly backlog?: number;
  /** Which of its output passes through us, byte by byte, instead of going where ours goes. */
  readonly tap?: OutputTap;
  /** The reserved ports: whoever of the tree has a socket on one of them ends with the command. */
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  /** Daemons that left the session and have none of the ports end, too. */
  readonly killAll: boolean;
}

export type HandoffSpec =
  | { readonly kind: "takeover"; readonly holds: readonly Hold[]; readonly overrule: Overrule }
  /** The listening sockets become fd 3, 4, … LISTEN_PID is set to the command's own pid where `listenPid` says so. */
  | {
      readonly kind: "inherit";
      readonly fds: readonly number[];
      /** Where each of them listens. */
      readonly at: readonly Endpoint[];
      readonly listenPid: boolean;
    }
  /** The holds have been let go by the caller just before. */
  | { readonly kind: "release" };

export type LaunchOutcome =
  | { readonly kind: "running"; readonly tree: Tree }
  | { readonly kind: "not-found" }
  | { readonly kind: "not-runnable"; readonly because: string }
  /** This way of handing over can't be had here; nothing was started, and another way may be tried in the same nursery. */
  | { readonly kind: "refused"; readonly because: string };

/** The command and everything that it started. */
export interface Tree {
  readonly pid: number;
  /** Every live process of the tree, the command itself included while it lives. */
  members(): readonly TreeProcess[];
  /** Signals the command itself (not its children: it is its own master). */
  signal(signal: SignalName): void;
  /** Every process that `end` would kill now. */
  doomed(): readonly TreeProcess[];
  /** Signals every process of the tree that `end` would kill. */
  signalAll(signal: SignalName): void;
  /**
   * Kills, until none is left, every process of the command's session and whoever of the tree has a socket on the
   * reserved ports. Daemons with a session of their own and none of the ports are left, and answered, unless `killAll`.
   * The same happens by itself when portguard dies of a SIGKILL.
   */
  end(): Promise<readonly TreeProcess[]>;
  /** It is being stopped so that another takes its place: what it closes now is kept for that one. */
  leave(): void;
  /** After `end`, while other generations go on: lets go of all that watched this one. */
  dismiss(): Promise<void>;
}

export interface TreeProcess {
  readonly pid: number;
  readonly name: string;
  /** It left the command's session (setsid), as daemons do. Always false on Windows. */
  readonly detached: boolean;
}

export type Exit =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: SignalName };

/** What happens to one generation, `generation`. */
export type GenerationEvent =
  | { readonly kind: "exited"; readonly generation: number; readonly exit: Exit }
  /** By takeover only: a process got a held socket in its bind(). */
  | { readonly kind: "bound"; readonly generation: number; readonly pid: number; readonly at: Endpoint }
  /** By takeover only: somebody in the tree listens, on a held socket or (`reserved: false`) on one of its own. */
  | {
      readonly kind: "listening";
      readonly generation: number;
      readonly pid: number;
      readonly at: Endpoint;
      readonly reserved: boolean;
    }
  /** By takeover only: a bind() was refused, as a socket of its kind can't be at the address that it is kept to. */
  | {
      readonly kind: "bind-refused";
      readonly generation: number;
      readonly pid: number;
      readonly at: Endpoint;
      readonly v6Only: boolean;
    }
  /** By takeover only: no process of the tree has this socket open any more (it was a probe, or its server closed it). */
  | { readonly kind: "let-go"; readonly generation: number; readonly at: Endpoint }
  /**
   * By takeover only: a second socket was asked for while the first is in use, and the kernel's answer (in use) was given.
   * The first may be another generation's, whose address overlaps with the one that was asked for.
   */
  | {
      readonly kind: "bound-twice";
      readonly generation: number;
      readonly pid: number;
      readonly at: Endpoint;
      readonly first: { readonly generation: number; readonly pid: number; readonly at: Endpoint };
    };

export type TreeEvent =
  | GenerationEvent
  /** Clients waited for too long where nobody accepted, and were closed. */
  | { readonly kind: "queue-expired"; readonly at: Endpoint; readonly closed: number }
  /** The command shut a listening socket down that is not its own alone; it listens again. */
  | { readonly kind: "listener-repaired"; readonly at: Endpoint }
  /** By takeover only: a hand-over could not be made cleanly; the port is as `what` says. */
  | { readonly kind: "handoff-fault"; readonly what: string }
  /** The process that keeps the tree is gone: the tree has been ended, but for these daemons. */
  | { readonly kind: "guard-lost"; readonly left: readonly TreeProcess[] }
  | { readonly kind: "stdin-closed" }
  | { readonly kind: "parent-gone" };

export interface TerminalState {
  readonly controlling: boolean;
  readonly foreground: boolean;
}

export type CommandFound =
  /** `setuid`: it would run with more privileges than ours. */
  | { readonly kind: "found"; readonly path: string; readonly setuid: boolean }
  | { readonly kind: "not-found" }
  | { readonly kind: "not-runnable"; readonly because: string };

export type SignalName = NodeJS.Signals;
