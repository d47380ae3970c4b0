import type { Kin, Life, StdioEnd } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";

const STREAMS = ["stdin", "stdout", "stderr"] as const;

/** Whoever starts a program makes its pipes right before, even on a machine that is busy. */
const MADE_BEFORE_MS = 250;

type Ends = readonly StdioEnd[];
type Pipe = Extract<StdioEnd, { kind: "pipe" }>;

/**
 * Why it can't be said that what a process was made for is dead; nothing where it is, by a strong sign: whoever made its pipes
 * for it is gone, or it has lost its folder, and nothing that it was given outlives its starter. `top`: it, or
 * the wrapper that its starter has started.
 */
export function whyNotAbandoned({ stdio, folder }: Life, top: Kin): string | undefined {
  if (stdio.kind === "unseen") return "whether somebody still talks to it can't be seen";
  const ends = stdio.value;
  if (listPipes(ends).some(({ other }) => other !== "closed")) return "somebody may still talk to it";
  return whyOfOthers(ends, top) ?? (valueOf(folder) === "deleted" ? whyNotAdrift(ends) : whyNotSilenced(ends, top));
}

/** The standard files that are pipes of which nobody has the other end. */
export function listClosed({ stdio }: Life): (typeof STREAMS)[number][] {
  const ends = valueOf(stdio) ?? [];
  return STREAMS.filter((_, index) => {
    const end = ends[index];
    return end?.kind === "pipe" && end.other === "closed";
  });
}

export function leadsNowhere({ kind }: StdioEnd): boolean {
  return kind === "null" || kind === "file" || kind === "closed";
}

/**
 * A script that is run through pipes passes them on to what it leaves running (zsh and fish do so even with `&`): then they
 * were made for the script, and their end says that this is over, as it should be.
 */
function whyOfOthers(ends: Ends, top: Kin): string | undefined {
  const alive = listPipes(ends).flatMap(({ trace }) => (trace.kind === "pair" ? (trace.maker ?? []) : []));
  const living = alive.find(({ state }) => state === "alive");
  if (living) return `whoever made its pipes is there: pid ${living.pid}`;
  const [stdin] = ends;
  return stdin?.kind === "pipe" && wasPassedOn(stdin, top)
    ? "its pipes were made for another program, which may have left it on purpose"
    : undefined;
}

function wasPassedOn({ trace }: Pipe, { process, leaders }: Kin): boolean {
  if (trace.kind === "fifo") return (trace.made?.madeAt ?? Infinity) < (process.startedAt ?? Infinity) - MADE_BEFORE_MS;
  // Nobody of a group is older than its leader: pipes that an elder made were for the leader, a shell mostly.
  const leader = valueOf(leaders)?.group.pid;
  return trace.maker !== undefined && leader !== undefined && trace.maker.pid < leader;
}

/** Files and /dev/null are what whoever starts a daemon gives it, and a terminal is somebody's. */
function whyNotAdrift(ends: Ends): string | undefined {
  if (ends.every(leadsNowhere)) return "nothing that it was given ends with its starter";
  const terminal = ends.find((end) => end.kind === "terminal" && end.state === "there");
  return terminal?.kind === "terminal" ? `its terminal, ${terminal.name}, is there` : undefined;
}

/** Every pipe is broken, stdin and one of the others at least: `echo | server` breaks stdin alone. */
function whyNotSilenced(ends: Ends, top: Kin): string | undefined {
  const [stdin] = ends;
  if (stdin?.kind !== "pipe" || listPipes(ends).length < 2) return "nothing shows that it is not wanted any more";
  return stdin.trace.kind === "pair" ? undefined : whyNotMadeForIt(ends, top);
}

/**
 * Shells make no pairs of sockets, but pipes, and so do sshd and whatever runs a job: theirs must not be taken for those that
 * an editor made for its server. Of a pipeline (`echo setting | server 2>&1 | tee log`) there are two.
 */
function whyNotMadeForIt(ends: Ends, { leaders }: Kin): string | undefined {
  const ids = ends.map((end) => (end.kind === "pipe" && end.trace.kind === "fifo" ? end.trace.made?.id : undefined));
  if (ids.includes(undefined) || new Set(ids).size < ends.length) return "it may be what is left of a shell's pipeline";
  const { group, session } = valueOf(leaders) ?? {};
  return group?.pid === session?.pid ? "a command that was run through pipes may have left it on purpose" : undefined;
}

function listPipes(ends: Ends): Pipe[] {
  return ends.filter((end) => end.kind === "pipe");
}
