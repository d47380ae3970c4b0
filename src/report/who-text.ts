import { formatEndpoint } from "../core/endpoint.ts";
import type { Grade, Owner, PortHolder, ProcessOwner, ReservedBy, StartedBy, WhoAnswer } from "../core/holder.ts";
import type { Home, StdioEnd } from "../core/origin.ts";
import type { OsName } from "../core/os.ts";
import { joinFew } from "../core/port-held-error.ts";
import type { ProcessInfo } from "../core/socket.ts";
import { describeEvidence, describeRemedy } from "./finding-text.ts";
import { COMMAND_LENGTH, renderTime } from "./holders-text.ts";
import { clip } from "./sanitize.ts";
import type { Span, SpanLine } from "./spans.ts";
import type { Style, Tone } from "./style.ts";

/** How the answer is to look. `now` is milliseconds since the epoch. */
export interface WhoView {
  readonly system: OsName;
  readonly style: Style;
  readonly now: number;
}

/** What a line of details begins with. */
const LABEL = 8;

/** Everybody who has what was asked for, each with a head line, the details, the evidence and the way to stop it. */
export function renderWho(asked: string, answer: WhoAnswer, view: WhoView): readonly SpanLine[] {
  const { holders, notes } = answer;
  const head = holders.length === 0 ? [renderNobody(asked, view)] : [];
  const told = holders.flatMap((holder, index) => [...(index > 0 ? [[]] : []), ...renderHolder(asked, holder, view)]);
  return [...head, ...told, ...notes.map((note) => [`  note: ${note}`])];
}

/** One line a holder, for a table of all. */
export function renderHeads(answer: WhoAnswer, view: WhoView): readonly SpanLine[] {
  const places = answer.holders.map(listPlaces);
  const width = Math.max(0, ...places.map((place) => place.length));
  return answer.holders.map((holder, index) => [
    markOf(holder, view),
    ` ${places[index]?.padEnd(width)}  ${nameOwner(holder.owner)}: ${holder.verdict.because}`,
  ]);
}

/** The line without details, for those in a hurry. */
export function renderHead(asked: string, holder: PortHolder, view: WhoView): SpanLine {
  const { owner, verdict } = holder;
  const places = listPlaces(holder);
  return [markOf(holder, view), ` ${asked} is held by ${nameOwner(owner)} on ${places}: ${verdict.because}`];
}

function renderNobody(asked: string, { style }: WhoView): SpanLine {
  return [{ text: style.marks.bad, tone: "bad" }, ` nobody holds ${asked}`];
}

function renderHolder(asked: string, holder: PortHolder, view: WhoView): readonly SpanLine[] {
  const { owner, verdict, connections, stop } = holder;
  const details = owner.kind === "process" ? describeProcess(owner, connections, view) : describeUnseen(owner);
  return [
    renderHead(asked, holder, view),
    ...details.map(([label, text]) => line(label, text)),
    ...verdict.evidence.map((evidence) => line("seen", describeEvidence(evidence))),
    ...(stop ? [line("stop", describeRemedy(stop, view.system))] : []),
  ];
}

function line(label: string, text: string): SpanLine {
  return [`  ${`${label}:`.padEnd(LABEL + 1)} ${text}`];
}

type Detail = readonly [label: string, text: string];

function describeProcess(owner: ProcessOwner, connections: number, { now }: WhoView): readonly Detail[] {
  const { lineage, startedBy, workers, workTree, life } = owner;
  const [{ process }, ...above] = lineage;
  const { command, user, startedAt, cwd } = process;
  const run = [
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(startedAt === undefined ? [] : [`since ${renderTime(startedAt, now)}`]),
    ...(cwd === undefined ? [] : [`in ${cwd}`]),
  ];
  const tree = workTree && `${workTree.root}${workTree.branch === undefined ? "" : ` (${workTree.branch})`}`;
  const started = describeStarter(startedBy, process.pid);
  const details: readonly (Detail | undefined)[] = [
    command.length > 0 ? ["command", clip(command.join(" "), COMMAND_LENGTH)] : undefined,
    run.length > 0 ? ["runs", run.join(", ")] : undefined,
    tree === undefined ? undefined : ["git", tree],
    above.length > 0
      ? [
          "chain",
          lineage
            .map((kin) => nameProcess(kin.process))
            .toReversed()
            .join(" ▸ "),
        ]
      : undefined,
    started === undefined ? undefined : ["started", started],
    life.stdio.kind === "seen" ? ["stdio", life.stdio.value.map(describeEnd).join(" · ")] : undefined,
    workers.length > 0 ? ["workers", joinFew(workers.map(nameProcess))] : undefined,
    connections > 0 ? ["now", connections === 1 ? "1 connection" : `${connections} connections`] : undefined,
  ];
  return details.filter((detail) => detail !== undefined);
}

function describeUnseen(owner: Exclude<Owner, ProcessOwner>): readonly Detail[] {
  if (owner.kind !== "hidden") return [];
  return [
    ...(owner.user === undefined ? [] : [["user", owner.user] as const]),
    ...(owner.among.length > 1 ? [["one of", joinFew(owner.among.map(nameProcess))] as const] : []),
  ];
}

/** `node (pid 4711)`; whom the system does not show by its unit or container, where that is known. */
export function nameOwner(owner: Owner): string {
  switch (owner.kind) {
    case "process":
      return nameProcess(owner.lineage[0].process);
    case "system":
      return owner.name;
    case "dead":
      return `pid ${owner.pid}, which has ended`;
    case "hidden": {
      if (owner.published) return `container ${owner.published.name}`;
      const [only] = owner.among;
      if (only && owner.among.length === 1) return nameProcess(only);
      return nameHome(owner.home) ?? `a process of ${owner.user ?? "another user"} that can't be seen`;
    }
  }
}

function nameHome(home: Home | undefined): string | undefined {
  if (home?.container) return `a process in container ${home.container.id.slice(0, 12)}`;
  return home?.unit && `a process of ${home.unit.name}`;
}

export function nameProcess({ name, command, pid }: ProcessInfo): string {
  return `${name || (command[0] ?? "a process")} (pid ${pid})`;
}

function describeStarter(by: StartedBy, pid: number): string | undefined {
  switch (by.kind) {
    case "container":
      return `in container ${by.name ?? by.container?.id.slice(0, 12) ?? "(its name is not known)"}`;
    case "unit":
      return `by systemd, as ${by.unit.name}`;
    case "service":
      return `by the system, as ${by.name}`;
    case "reservation":
      return describeReservation(by, pid);
    case "gone":
      return "by somebody who is gone";
    case "unknown":
      return undefined;
    case "session":
    case "manager":
    case "editor":
    case "agent":
    case "terminal":
    case "remote":
    case "schedule":
    case "init":
    case "shell":
    case "process":
      return `${STARTERS[by.kind]} ${nameProcess(by.process)}`;
  }
}

function describeReservation({ process, name, directory, scope }: ReservedBy, pid: number): string | undefined {
  const where = directory === undefined ? "" : `, from ${directory}`;
  if (process.pid === pid) return name === undefined ? undefined : `as the reservation ${name}${where}`;
  const as = name === undefined ? "" : `, which ${scope === "port" ? "reserves it as" : "is the reservation"} ${name}`;
  return `by portguard (pid ${process.pid})${as}${where}`;
}

const STARTERS = {
  session: "in the terminal session",
  manager: "by",
  editor: "by the editor",
  agent: "by the agent",
  terminal: "from a terminal, by",
  remote: "from elsewhere, by",
  schedule: "on schedule, by",
  init: "by",
  shell: "by the shell",
  process: "by",
} as const;

function describeEnd(end: StdioEnd): string {
  switch (end.kind) {
    case "pipe":
      return end.other === "closed" ? "broken pipe" : "pipe";
    case "terminal":
      return end.state === "deleted" ? `${end.name} (gone)` : end.name;
    case "null":
      return "nothing";
    case "file":
      return end.path;
    case "closed":
      return "closed";
  }
}

function listPlaces({ sockets }: PortHolder): string {
  return joinFew([...new Set(sockets.map(({ at }) => formatEndpoint(at)))]);
}

const TONES: Readonly<Record<Grade, Tone>> = {
  certain: "bad",
  likely: "warn",
  unknown: "warn",
  live: "good",
  managed: "good",
  kept: "good",
  system: "good",
};

/** It stands without colour, too: it is the verdict. */
function markOf({ verdict: { grade } }: PortHolder, { style }: WhoView): Span {
  const tone = TONES[grade];
  const mark = tone === "bad" ? style.marks.bad : tone === "warn" ? style.marks.warn : style.marks.good;
  return { text: mark, tone };
}
