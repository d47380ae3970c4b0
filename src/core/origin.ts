import type { ContainerName } from "./network.ts";
import type { Seen } from "./seen.ts";
import type { ProcessInfo, SocketRow } from "./socket.ts";

/**
 * What `who`, `free` and `clean` ask of an operating system: who has a socket, and where that process comes from. Linux,
 * macOS and Windows each implement all of it; what one of them can't tell is `unseen` with the reason. Nothing here
 * changes anything.
 */
export interface Origins {
  /** Whose each socket is, by row id: everybody's who has it open. One who got it from strangers may be left out. */
  ownersOf(rows: readonly SocketRow[]): ReadonlyMap<string, SocketOwner>;
  /**
   * Each of these processes, and everybody above it as far as it can be seen, itself first. Each really stands above the
   * one before: a parent that is younger than its child is another process under the same number. Who is gone is left out.
   */
  lineages(pids: readonly number[]): ReadonlyMap<number, Lineage>;
  /** How it lives: what it was given when it was started, and where it belongs. */
  life(pid: number): Life;
}

export type SocketOwner =
  | { readonly kind: "processes"; readonly pids: readonly number[] }
  /** A process that may not be seen. `home` is where the socket was made; `among`: whoever lives there now, one of which it is. */
  | { readonly kind: "hidden"; readonly user?: string; readonly home?: Home; readonly among: readonly number[] }
  /** The system itself, in no process: `HTTP.sys`. */
  | { readonly kind: "system"; readonly name: string }
  /** Windows still lists the socket for a process that has ended: a child that inherited it may keep it. */
  | { readonly kind: "dead"; readonly pid: number }
  /** The same, and its number is another process's now: that one has nothing to do with it, and must be left alone. */
  | { readonly kind: "reused"; readonly pid: number }
  /** A connection that is closing, which nobody has any more. */
  | { readonly kind: "nobody" };

export type Lineage = readonly [Kin, ...Kin[]];

/** One process of a lineage. */
export interface Kin {
  readonly process: ProcessInfo;
  /** Its user's number, where users have numbers. */
  readonly uid?: number;
  readonly parent: Parentage;
  /** Who leads its process group and its session (Unix). */
  readonly leaders: Seen<{ readonly group: Leader; readonly session: Leader }>;
}

/** The first process of a group or a session; `gone`: dead, while others of it live on. */
export interface Leader {
  readonly pid: number;
  readonly state: "itself" | "alive" | "gone";
}

export type Parentage =
  /** It was started by its parent, or by one who became it. */
  | { readonly kind: "started"; readonly by: number }
  /**
   * Its starter is gone, and the system gave it to `by` (init, a subreaper; on Windows to nobody). `proof` says what shows
   * it: one line, and where it was seen. `likely`: its terminal's shell may have let go of it on purpose.
   */
  | {
      readonly kind: "adopted";
      readonly by?: number;
      readonly strength: "proven" | "likely";
      readonly proof: string;
      readonly source: string;
    }
  /** It stands below `by`, the first process of a container, which may have started it or inherited it. */
  | { readonly kind: "either"; readonly by: number }
  /** It is the first process of all. */
  | { readonly kind: "first" }
  /** It leads a session of its own below `by`, which may have started it or inherited it. */
  | { readonly kind: "detached"; readonly by: number }
  | { readonly kind: "unseen"; readonly because: string };

/** How a process lives, as far as the system tells. */
export interface Life {
  /** stdin, stdout and stderr, in this order. */
  readonly stdio: Seen<readonly [StdioEnd, StdioEnd, StdioEnd]>;
  /** The name of its controlling terminal: `pts/3`; `none` where it has none. */
  readonly terminal: Seen<{ readonly kind: "none" } | { readonly kind: "terminal"; readonly name: string }>;
  /** Whether its working folder is still there, or another one in its place. */
  readonly folder: Seen<"there" | "deleted">;
  /** Whether it goes on when its terminal hangs up (`nohup`). */
  readonly hangup: Seen<"ignored" | "heeded">;
  /** Variables of its environment that say something about its start: those that `pickTelling` takes. */
  readonly environment: Seen<ReadonlyMap<string, string>>;
  readonly home: Seen<Home>;
  /** What it has computed so far, in milliseconds. */
  readonly cpuMs: Seen<number>;
}

/** Keeps a process from being taken for an orphan, whatever its value. */
export const KEEP = "PORTGUARD_KEEP";
/** By these, set to `dontKillMe`, a Jenkins job tells Jenkins to leave a process alone when the job is over. */
export const JENKINS_KEEP: readonly string[] = ["BUILD_ID", "JENKINS_NODE_COOKIE"];
/** What coding agents give the commands that they run in a shell, and not the servers that they talk to. */
export const AGENT_SHELLS: readonly string[] = [
  "AUGMENT_AGENT",
  "CLAUDECODE",
  "CLINE_ACTIVE",
  "CODEX_SANDBOX",
  "CODEX_SANDBOX_NETWORK_DISABLED",
  "CURSOR_AGENT",
  "GEMINI_CLI",
  "GOOSE_TERMINAL",
];
/** Variables that say something about a start; LISTEN_PID names the process that sockets were passed to. */
const TELLING: ReadonlySet<string> = new Set([KEEP, "LISTEN_PID", ...JENKINS_KEEP, ...AGENT_SHELLS]);

/** Those of these `NAME=value` strings, as `Life.environment` has them. */
export function pickTelling(strings: readonly string[]): Map<string, string> {
  const pairs = strings.map((each): [string, string] => {
    const at = each.indexOf("=");
    return [each.slice(0, at), each.slice(at + 1)];
  });
  return new Map(pairs.filter(([name]) => TELLING.has(name)));
}

/** What is behind one of the three standard files. */
export type StdioEnd =
  /** A pipe or a socket; `other`: whether anybody has its other end. */
  | { readonly kind: "pipe"; readonly other: "open" | "closed" | "unknown"; readonly trace: PipeTrace }
  | { readonly kind: "terminal"; readonly name: string; readonly state: "there" | "deleted" }
  | { readonly kind: "null" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "closed" };

/** What a pipe tells of those for whom it was made; each missing where it can't be seen. */
export type PipeTrace =
  /** A pipe proper. `id` tells it from others; `madeAt`: when it was there already, on the clock of `ProcessInfo.startedAt`. */
  | { readonly kind: "fifo"; readonly made?: { readonly id: string; readonly madeAt: number } }
  /** One of a pair of sockets, as Node and Bun make them: who made the two. */
  | { readonly kind: "pair"; readonly maker?: { readonly pid: number; readonly state: "alive" | "gone" } };

/** Where a process belongs: each missing where it is in none. */
export interface Home {
  readonly container?: ContainerName;
  /** A systemd service. */
  readonly unit?: Unit;
  /** A launchd job or a Windows service, in the words of its system. */
  readonly service?: string;
}

/** Which manager a unit belongs to; `uid`: that of this user. */
export interface Unit {
  readonly name: string;
  readonly manager: "system" | { readonly uid: number };
}
