import type { Evidence } from "../core/finding.ts";
import { AGENT_SHELLS, JENKINS_KEEP, KEEP, type Kin, type Life } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";
import { leadsNowhere, listClosed, whyNotAbandoned } from "./abandoned.ts";
import type { HolderFacts } from "./holder-facts.ts";
import { ownBranch } from "./started-by.ts";

const STATUS = "its process status";

/** What shows that a process was made to outlive its starter. */
export function findIntent({ lineage, life }: Pick<HolderFacts, "lineage" | "life">): Evidence[] {
  const branch = ownBranch(lineage);
  const alone = branch.find((kin) => valueOf(kin.leaders)?.session.state === "itself");
  const signs: (Evidence | undefined)[] = [
    alone && { what: `pid ${alone.process.pid} leads a session of its own (setsid)`, source: STATUS },
    valueOf(life.hangup) === "ignored" ? { what: "it ignores SIGHUP (nohup)", source: STATUS } : undefined,
    ...listMarks(life).map((what) => ({ what, source: "its environment" })),
    isDaemon(branch, life)
      ? { what: "it has let go of terminal, session and standard files, as daemons do", source: STATUS }
      : undefined,
  ];
  return signs.filter((sign) => sign !== undefined);
}

function listMarks({ environment }: Life): string[] {
  const variables = valueOf(environment);
  const jenkins = JENKINS_KEEP.filter((name) => variables?.get(name) === "dontKillMe");
  return [...(variables?.has(KEEP) ? [`${KEEP} is set`] : []), ...jenkins.map((name) => `${name} is dontKillMe`)];
}

/**
 * As a daemon that forks twice leaves itself: the dead leader of its session led its group, too, there is no terminal, and
 * its standard files lead nowhere.
 */
function isDaemon(branch: readonly Kin[], { stdio, terminal }: Life): boolean {
  const leaders = valueOf(branch.at(-1)?.leaders);
  const ends = valueOf(stdio);
  if (!leaders || !ends || valueOf(terminal)?.kind !== "none") return false;
  const { group, session } = leaders;
  return session.state === "gone" && session.pid === group.pid && ends[0].kind === "null" && ends.every(leadsNowhere);
}

/** What speaks for an orphan, beside that it was left. */
export function findSigns({ lineage, life, connections }: HolderFacts): Evidence[] {
  const closed = listClosed(life);
  const session = valueOf(lineage[0].leaders)?.session;
  const dead = valueOf(life.stdio)?.find((end) => end.kind === "terminal" && end.state === "deleted");
  const signs: (Evidence | undefined)[] = [
    closed.length > 0
      ? { what: `nobody has the other end of its ${joinStreams(closed)} any more`, source: "its open files" }
      : undefined,
    valueOf(life.folder) === "deleted" ? { what: "its working folder was deleted", source: STATUS } : undefined,
    session?.state === "gone"
      ? { what: `the leader of its session, ${session.pid}, is gone`, source: STATUS }
      : undefined,
    dead?.kind === "terminal" ? { what: `its terminal, ${dead.name}, is gone`, source: "its open files" } : undefined,
    connections === 0 ? { what: "nobody is connected to it", source: "socket table" } : undefined,
  ];
  return signs.filter((sign) => sign !== undefined);
}

function joinStreams(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Why it is not an orphan for certain, each completing "…, but …"; the most telling first. */
export function findDoubts(facts: HolderFacts, top: Kin): string[] {
  const { lineage, life, connections, us } = facts;
  const home = valueOf(life.home);
  const doubts: (string | undefined)[] = [
    connections > 0 ? `${connections === 1 ? "somebody is" : `${connections} clients are`} connected to it` : undefined,
    isOurs(lineage[0], us[0]) ? undefined : "it is another user's",
    !home ? "whether it is a service can't be seen" : undefined,
    home?.unit ? `it belongs to ${home.unit.name}` : undefined,
    top.parent.kind === "adopted" && top.parent.strength === "proven"
      ? undefined
      : "a shell may have let go of it on purpose",
    isOfAgentShell(life),
    whyNotAbandoned(life, top),
    hasUnseen(life, lineage) ? "not all of its process may be seen" : undefined,
  ];
  return doubts.filter((doubt) => doubt !== undefined);
}

function isOurs(it: Kin, us: Kin | undefined): boolean {
  if (!us) return false;
  if (it.uid !== undefined || us.uid !== undefined) return it.uid === us.uid;
  return it.process.user !== undefined && it.process.user === us.process.user;
}

/** A command that an agent has run in a shell, and that is over, may have been there to start a server. */
function isOfAgentShell({ environment }: Life): string | undefined {
  const mark = AGENT_SHELLS.find((name) => (valueOf(environment)?.get(name) ?? "") !== "");
  return mark === undefined ? undefined : `a command of an agent's may have left it on purpose (${mark} is set)`;
}

function hasUnseen({ hangup, environment }: Life, lineage: readonly Kin[]): boolean {
  const leaders = ownBranch(lineage).map((kin) => kin.leaders);
  return [hangup, environment, ...leaders].some(({ kind }) => kind === "unseen");
}
