import type { Evidence, Remedy } from "./finding.ts";
import type { ContainerName } from "./network.ts";
import type { Home, Life, Lineage, Unit } from "./origin.ts";
import type { ProcessInfo, SocketRow } from "./socket.ts";

/** Somebody who has a port, where that one comes from, and what it is worth. */
export interface PortHolder {
  /** Its sockets, among those that were asked for. */
  readonly sockets: readonly SocketRow[];
  readonly owner: Owner;
  readonly verdict: Verdict;
  /** Connections now (ESTABLISHED) to the places where it listens, whoever of several holders has them. */
  readonly connections: number;
  /** How it is stopped rightly; nothing where there is nothing to stop. */
  readonly stop?: Remedy;
}

export type Owner =
  | ProcessOwner
  /** It may not be seen. `home`: the unit or container its socket was made in; `among`: the processes there, one of which it is. */
  | {
      readonly kind: "hidden";
      readonly user?: string;
      readonly home?: Home;
      readonly among: readonly ProcessInfo[];
      /** The container that publishes this port, where an engine was asked and says so. */
      readonly published?: NamedContainer;
    }
  /** The system itself: `HTTP.sys`. */
  | { readonly kind: "system"; readonly name: string }
  /** Windows lists a process that has ended, or (`reused`) whose number is by now another's. */
  | { readonly kind: "dead"; readonly pid: number; readonly reused?: ProcessInfo };

export interface ProcessOwner {
  readonly kind: "process";
  /** The process, and everybody above it, itself first. */
  readonly lineage: Lineage;
  readonly life: Life;
  /** Who brought it about, as far as that can be told. */
  readonly startedBy: StartedBy;
  /** The portguard that it is, or runs below. */
  readonly reservation?: ReservedBy;
  /** This very portguard is it, or runs below it: stopping it would stop us. */
  readonly isAboveUs: boolean;
  /** Processes below it that have the very same sockets: its workers. */
  readonly workers: readonly ProcessInfo[];
  /** The git work tree that its folder is in. */
  readonly workTree?: WorkTree;
}

/** A portguard that holds ports; `name` and `directory` where it has recorded them. */
export interface ReservedBy {
  readonly process: ProcessInfo;
  readonly name?: string;
  readonly directory?: string;
  /** `port`: the sockets in question are on a port that it has reserved. `command`: only its command runs there. */
  readonly scope: "port" | "command";
}

/** A container by the name that its engine has for it. */
export interface NamedContainer {
  readonly name: string;
  readonly container: ContainerName;
}

export interface WorkTree {
  /** Its top folder. */
  readonly root: string;
  /** Nothing where a commit is checked out rather than a branch. */
  readonly branch?: string;
}

/**
 * `certain`: an orphan, the only grade that may be stopped without asking. `likely`: an orphan in all likelihood, to be
 * asked about. `live`: whoever started it is there. `managed`: somebody looks after it, who would have to be told. `kept`:
 * it was made to outlive its starter. `system`: the system's own, or no process at all. `unknown`: it can't be told.
 */
export type Grade = "certain" | "likely" | "live" | "managed" | "kept" | "system" | "unknown";

/** Whether whoever started it is gone, certainly or probably. */
export function isOrphan({ verdict: { grade } }: Pick<PortHolder, "verdict">): boolean {
  return grade === "certain" || grade === "likely";
}

export interface Verdict {
  readonly grade: Grade;
  /** One line, lower case, that completes "it is …" and "node (pid 4711) is …": `an orphan: whoever started it is gone`. */
  readonly because: string;
  readonly evidence: readonly Evidence[];
}

export type StartedBy =
  /** `process`: which of those above it. */
  | { readonly kind: StarterKind; readonly process: ProcessInfo }
  | ({ readonly kind: "reservation" } & ReservedBy)
  | { readonly kind: "unit"; readonly unit: Unit }
  /** `stop`: how the system is told to, in the imperative. */
  | { readonly kind: "service"; readonly name: string; readonly stop?: string }
  /** `name`: as its engine calls it, where it was asked. `by`: the process that only hands connections on to it. */
  | { readonly kind: "container"; readonly container?: ContainerName; readonly name?: string; readonly by?: string }
  /** Whoever it was is gone. */
  | { readonly kind: "gone" }
  | { readonly kind: "unknown" };

/**
 * `session`: tmux, screen. `manager`: pm2, supervisord. `schedule`: cron. `remote`: sshd. `shell`: a shell without a
 * terminal that is known. `process`: none of these, but alive.
 */
export type StarterKind =
  | "session"
  | "manager"
  | "editor"
  | "agent"
  | "terminal"
  | "remote"
  | "schedule"
  | "init"
  | "shell"
  | "process";

/** The answer of `who`. */
export interface WhoAnswer {
  readonly holders: readonly PortHolder[];
  /** Why nobody can have a port that nobody has, and other things that must be known. */
  readonly notes: readonly string[];
}
