import type { PortHolder } from "../core/holder.ts";
import type { OsName } from "../core/os.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { LeftAlone, Stopped } from "../core/stop.ts";
import { describeStopped } from "./freed-text.ts";
import { renderJson } from "./json.ts";
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
  /** Orphans for certain that a scheduled run is to see once more first. */
  readonly waiting: number;
}

const COMMAND_LENGTH = 160;

export function renderSwept(swept: Swept, system: OsName, style: Style): readonly SpanLine[] {
  const { orphans, stopped, left, waiting } = swept;
  const done = stopped.flatMap((each) => describeStopped(each, system) ?? []);
  return [
    ...done.map((line): SpanLine => [{ text: style.marks.good, tone: "good" }, ` ${line}`]),
    ...left.map((each): SpanLine => [`  ${describeLeft(each, system)}`]),
    renderHead(orphans, style),
    ...orphans.flatMap(renderOrphan),
    ...(waiting > 0 ? [[`  ${waiting} of them will be stopped if the next runs find them idle, too`]] : []),
    ...adviseOn(orphans, stopped).map((line): SpanLine => [`  ${line}`]),
  ];
}

function renderHead(orphans: readonly PortHolder[], { marks }: Style): SpanLine {
  if (orphans.length === 0) return [{ text: marks.good, tone: "good" }, " no orphan has a port"];
  return [
    { text: marks.bad, tone: "bad" },
    ` ${orphans.length === 1 ? "one orphan has" : `${orphans.length} orphans have`} a port`,
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

export function renderSweptJson({ orphans, stopped, left, waiting }: Swept): string {
  return renderJson({
    ok: orphans.length === 0,
    orphans: orphans.map(showHolder),
    stopped: stopped.map(showStopped),
    left: left.map(showLeft),
    waiting,
  });
}
