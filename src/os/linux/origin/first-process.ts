import { readTextPath } from "../../unix/paths.ts";
import { type ProcessStat, readField, readStat } from "../procfs.ts";

/** How a process came to stand below the first one of its container, as far as that can be told. */
export type Arrival =
  /** It was started there. */
  | { readonly kind: "started" }
  /** It was not, as `because` says. */
  | { readonly kind: "inherited"; readonly because: string }
  | { readonly kind: "either" };

/** What a container is kept alive with: none of these starts anything. */
const STARTS_NOTHING = /^(?:sleep|tail|cat|pause)$/;
/** Each starts one program, and ends with it. */
const STARTS_ONE = /^(?:tini|tini-static|dumb-init|catatonit|docker-init|podman-init)$/;
/** Numbers up to this one are given out once: when the highest has been reached, the kernel goes on behind it (RESERVED_PIDS). */
const NEVER_AGAIN = 300;

/**
 * Of a first process that is no init of a machine (a shell, a server, a small init): it may have started the others itself, and
 * it inherits whom their starters leave. `child`: one in the same session, or in one that is not seen.
 */
export function judgeArrival(child: ProcessStat, first: ProcessStat): Arrival {
  if (STARTS_NOTHING.test(first.name)) return { kind: "inherited", because: "it starts nothing itself" };
  if (STARTS_ONE.test(first.name)) return judgeOnly(child, first);
  return isJobOf(child, first) || isBornThere(child, first) ? { kind: "started" } : { kind: "either" };
}

/** The one that it has started was there before all others, and still is. */
function judgeOnly(child: ProcessStat, first: ProcessStat): Arrival {
  const [eldest] = readTextPath(`/proc/${first.pid}/task/${first.pid}/children`)?.split(" ") ?? [];
  if (eldest === undefined) return { kind: "either" };
  if (Number(eldest) === child.pid) return { kind: "started" };
  return { kind: "inherited", because: `it has started ${eldest} alone` };
}

/** A job of an interactive shell: at its terminal, in a group that it has made for it. */
function isJobOf(child: ProcessStat, first: ProcessStat): boolean {
  return child.terminal !== 0 && child.terminal === first.terminal && child.group === child.pid;
}

/**
 * Whether every process and thread that was started before it lives: then nobody is missing who could have started it. Only
 * where numbers are seen as that container gives them out.
 */
function isBornThere(child: ProcessStat, first: ProcessStat): boolean {
  if (first.pid !== 1 || child.pid > NEVER_AGAIN) return false;
  for (let pid = 2; pid < child.pid; pid++) {
    const state = readStat(pid)?.state;
    if (state === undefined || state === "Z" || state === "X") return false;
  }
  return true;
}

/** `NSpid: 4711 1`: what it is in each namespace, its own last. */
export function isFirstOfNamespace(pid: number): boolean {
  return pid === 1 || /\s1$/.test(readField(`/proc/${pid}/status`, "NSpid") ?? "");
}
