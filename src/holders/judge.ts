import type { Evidence } from "../core/finding.ts";
import type { Grade, StartedBy, Verdict } from "../core/holder.ts";
import { valueOf } from "../core/seen.ts";
import type { ProcessInfo } from "../core/socket.ts";
import type { Kin } from "../core/origin.ts";
import { whyNotAbandoned } from "./abandoned.ts";
import { nameProcess } from "./name-process.ts";
import { findDoubts, findIntent, findSigns } from "./orphan-signs.ts";
import { ownBranch } from "./started-by.ts";
import type { HolderFacts } from "./holder-facts.ts";

/**
 * Whether a process that has a port is an orphan. It is one for certain only where all of it is so: its starter is gone,
 * provably; nobody looks after it; what it was made for is dead, by a strong sign; it does not mean to outlive its starter;
 * nobody uses it; and it is ours to stop. What was not seen is never taken for a yes.
 */
export function judge(facts: HolderFacts): Verdict {
  const { lineage, life, startedBy, us } = facts;
  const { pid } = lineage[0].process;
  if (startedBy.kind !== "service" && us.some(({ process }) => process.pid === pid)) {
    return verdict("live", "what runs this very command", [`pid ${pid} is above portguard`, "process table"]);
  }
  if (startedBy.kind === "reservation") return judgeReserved(startedBy, pid);
  if (startedBy.kind === "unknown" && lineage[0].parent.kind === "first") {
    return verdict("managed", "the first process here, and keeps all others", [
      `pid ${pid} has no parent`,
      "process table",
    ]);
  }
  const listenPid = valueOf(life.environment)?.get("LISTEN_PID");
  if (startedBy.kind === "gone" || startedBy.kind === "unknown") {
    if (listenPid === String(pid))
      return verdict("managed", "started by its socket", [`LISTEN_PID is ${pid}`, "environment"]);
    return judgeOrphan(facts);
  }
  if (startedBy.kind === "manager" && startedBy.process.pid === pid) {
    const what = `${nameProcess(startedBy.process)} looks after other programs, and would take them with it`;
    return verdict("managed", "a process manager itself", [what, "process table"]);
  }
  return judgeStarted(startedBy);
}

type Reserved = Extract<StartedBy, { kind: "reservation" }>;

function judgeReserved({ process, name, scope }: Reserved, pid: number): Verdict {
  if (process.pid === pid) {
    const because = name === undefined ? "portguard's own hold" : `the reservation ${name}`;
    return verdict("managed", because, [`pid ${pid} is portguard itself`, "process table"]);
  }
  const as = name === undefined ? "" : `, as ${name}`;
  const how =
    scope === "port" ? `guarded by portguard${as}` : `run by portguard${as}, on a port that it has not reserved`;
  return verdict("managed", how, alive(process));
}

function judgeStarted(by: Exclude<StartedBy, { kind: "gone" | "unknown" | "reservation" }>): Verdict {
  switch (by.kind) {
    case "container":
      return by.by === undefined
        ? verdict("managed", "in a container", ["its control group is a container's", "control groups"])
        : verdict("managed", "a container's published port", [`${by.by} hands connections on`, "its command line"]);
    case "unit":
      return verdict("managed", `the service ${by.unit.name}`, [`it runs in ${by.unit.name}`, "control groups"]);
    case "service":
      return verdict("managed", by.name, [`it runs as ${by.name}`, "process table"]);
    case "manager":
      return verdict("managed", `looked after by ${nameProcess(by.process)}`, alive(by.process));
    case "session":
    case "editor":
    case "agent":
    case "terminal":
    case "remote":
    case "schedule":
    case "shell":
    case "process":
    case "init":
      return verdict(
        "live",
        `not an orphan: ${nameProcess(by.process)}, which started it, is there`,
        alive(by.process),
      );
  }
}

function alive(process: ProcessInfo): [what: string, source: string] {
  return [`${nameProcess(process)} is above it, and alive`, "process table"];
}

function judgeOrphan(facts: HolderFacts): Verdict {
  const top = ownBranch(facts.lineage).at(-1) ?? facts.lineage[0];
  const intent = findIntent(facts);
  if (intent.length > 0) return { grade: "kept", because: "made to outlive whoever started it", evidence: intent };
  if (top.parent.kind === "either") return judgeEither(facts, top, top.parent.by);
  if (top.parent.kind !== "adopted") {
    const because = top.parent.kind === "unseen" ? top.parent.because : "nothing shows who started it";
    return verdict("unknown", `perhaps an orphan, which can't be told: ${because}`);
  }
  const proof: Evidence = { what: top.parent.proof, source: top.parent.source };
  const evidence = [proof, ...findSigns(facts)];
  const [doubt] = findDoubts(facts, top);
  if (doubt === undefined) return { grade: "certain", because: "an orphan: whoever started it is gone", evidence };
  return { grade: "likely", because: `probably an orphan: whoever started it is gone, but ${doubt}`, evidence };
}

/** Who may be a child of a container's first process is an orphan for certain never, however dead it looks. */
function judgeEither(facts: HolderFacts, top: Kin, by: number): Verdict {
  const first = facts.lineage.find(({ process }) => process.pid === by)?.process;
  const who = first ? nameProcess(first) : `pid ${by}`;
  if (facts.connections > 0 || whyNotAbandoned(facts.life, top) !== undefined)
    return verdict("unknown", `perhaps an orphan, which can't be told: ${who} may have started it, or inherited it`);
  const because = `probably an orphan: nobody talks to it any more, but ${who} may have started it`;
  return { grade: "likely", because, evidence: findSigns(facts) };
}

function verdict(grade: Grade, because: string, seen?: readonly [what: string, source: string]): Verdict {
  return { grade, because, evidence: seen ? [{ what: seen[0], source: seen[1] }] : [] };
}
