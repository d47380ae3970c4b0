import type { PortHolder } from "../core/holder.ts";
import type { OsName } from "../core/os.ts";
import { joinFew, joinWords } from "../core/port-held-error.ts";
import type { LeftAlone, Stopped } from "../core/stop.ts";
import { describeStopped } from "./freed-text.ts";
import { renderJson } from "./json.ts";
import { holderFields, type JsonField } from "./json-fields.ts";
import { nameOwner } from "./who-text.ts";
import { clip } from "./sanitize.ts";
import type { SpanLine } from "./spans.ts";
import { describeLeft, describeVerdict, placesOf } from "./stop-plan.ts";
import { showHolder, showLeft, showStopped } from "./stop-json.ts";
import type { Style } from "./style.ts";

/** What a run of `clean` found, did and left. */
export interface Swept {
  /** Those that are there in the end. */
  readonly orphans: readonly PortHolder[];
  readonly stopped: readonly Stopped[];
  readonly left: readonly LeftAlone[];
  /** Those who may be orphans, which can't be told: whose they are can't be seen, or whether anybody wants them. */
  readonly unknown: readonly PortHolder[];
  /** Whether root would be shown more. */
  readonly rootSeesMore: boolean;
  /** Orphans for certain that a scheduled run is to see once more first. */
  readonly waiting: number;
}

/** `none` is left, `some` are; `unknown`: none is seen, and not everybody could be judged. */
export type CleanState = "none" | "some" | "unknown";

const COMMAND_LENGTH = 160;
/** Of many who can't be judged the first show what it is about. */
const MOST_UNKNOWN = 8;

export function renderSwept(swept: Swept, state: CleanState, system: OsName, style: Style): readonly SpanLine[] {
  const { orphans, stopped, left, waiting } = swept;
  const done = stopped.flatMap((each) => describeStopped(each, system) ?? []);
  return [
    ...done.map((line): SpanLine => [{ text: style.marks.good, tone: "good" }, ` ${line}`]),
    ...left.map((each): SpanLine => [`  ${describeLeft(each, system)}`]),
    renderHead(orphans, state, style),
    ...orphans.flatMap(renderOrphan),
    ...describeUnknown(swept).map((line): SpanLine => [`  ${line}`]),
    ...(waiting > 0 ? [[`  ${waiting} of them will be stopped if the next runs find them idle, too`]] : []),
    ...adviseOn(orphans, stopped).map((line): SpanLine => [`  ${line}`]),
  ];
}

function renderHead(orphans: readonly PortHolder[], state: CleanState, { marks }: Style): SpanLine {
  if (state === "unknown") return [{ text: marks.warn, tone: "warn" }, " no orphan is seen to have a port"];
  if (orphans.length === 0) return [{ text: marks.good, tone: "good" }, " no orphan has a port"];
  return [
    { text: marks.bad, tone: "bad" },
    ` ${orphans.length === 1 ? "one orphan has" : `${orphans.length} orphans have`} a port`,
  ];
}

/** Who could not be judged: those who can't be seen in one line, the others one by one. */
function describeUnknown({ unknown, rootSeesMore }: Swept): string[] {
  const hidden = unknown.filter(({ owner }) => owner.kind !== "process");
  const sockets = hidden.flatMap((holder) => holder.sockets).length;
  const whose = sockets === 1 ? "the owner of one listener" : `the owners of ${sockets} listeners`;
  const places = joinFew(hidden.map(placesOf));
  const sudo = rootSeesMore ? " without `sudo`" : "";
  const others = unknown.filter(({ owner }) => owner.kind === "process");
  const told = others.slice(0, MOST_UNKNOWN);
  return [
    ...(sockets > 0 ? [`${whose} can't be seen${sudo}: ${places}`] : []),
    ...told.map((holder) => `${nameOwner(holder.owner)} on ${placesOf(holder)} is ${holder.verdict.because}`),
    ...(others.length > told.length ? [`and so are ${others.length - told.length} more`] : []),
  ];
}

function renderOrphan(holder: PortHolder): SpanLine[] {
  const process = holder.owner.kind === "process" ? holder.owner.lineage[0].process : undefined;
  const command = clip(process?.command.join(" ") ?? "", COMMAND_LENGTH);
  const where = process?.cwd === undefined ? "" : `, in ${process.cwd}`;
  return [
    [`  ${nameOwner(holder.owner)} on ${placesOf(holder)}${where}: ${command}`],
    ...describeVerdict(holder).map((line): SpanLine => [`    ${line}`]),
  ];
}

/** What would stop them. */
function adviseOn(orphans: readonly PortHolder[], stopped: readonly Stopped[]): string[] {
  const certain = orphans.filter(({ verdict }) => verdict.grade === "certain").length;
  const likely = orphans.length - certain;
  if (stopped.length > 0 && certain > 0) return [];
  const ways = [
    ...(certain > 0 ? [`\`portguard clean --stop\` stops ${countOf(certain, "certain")}`] : []),
    ...(likely > 0 ? [`\`portguard clean --all\` asks about ${countOf(likely, "likely")}`] : []),
  ];
  return ways.length === 0 ? [] : [joinWords(ways)];
}

function countOf(count: number, grade: string): string {
  return count === 1 ? `the one that is ${grade}` : `the ${count} that are ${grade}`;
}

/** Every field of what `clean --json` writes. */
export const SWEPT_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether no orphan has a port, as far as the exit code goes"],
  ...holderFields("orphans[]", "those that are there in the end"),
  ...holderFields("unknown[]", "those who could not be seen, or judged"),
  ["stopped[]", "whom it has stopped, or tried to", "stopped"],
  ...holderFields("left[]", "who was not to be stopped"),
  ["left[].because", "why, one line"],
  ["left[].kind", "refused or unknown"],
  ["left[].stop?", "how it is stopped rightly", "remedy"],
  ["waiting", "how many a scheduled run is to see once more first"],
];

export function renderSweptJson({ orphans, stopped, left, unknown, waiting }: Swept, state: CleanState): string {
  return renderJson({
    ok: state === "none",
    orphans: orphans.map(showHolder),
    unknown: unknown.map(showHolder),
    stopped: stopped.map(showStopped),
    left: left.map(showLeft),
    waiting,
  });
}
