import type { Diagnosis } from "../core/diagnosis.ts";
import type { Finding, Remedy } from "../core/finding.ts";
import type { OsName } from "../core/os.ts";
import { describeOutcome, describePlace, summarizeOutcome } from "./attempt-text.ts";
import { renderTrace } from "./firewall-text.ts";
import { describeEvidence, describeRemedy, describeRisk, describeTitle } from "./finding-text.ts";
import { renderPath } from "./reach-path.ts";
import { describeVerdict, findOtherNotes, findRoot, markOfVerdict, toneOfVerdict } from "./reach-verdict.ts";
import { sanitize } from "./sanitize.ts";
import type { Span, SpanLine } from "./spans.ts";
import type { Style } from "./style.ts";

/** How the answer is to look. */
export interface ReachView {
  readonly system: OsName;
  readonly style: Style;
  /** With the path line. */
  readonly path: boolean;
  /** With every rule that was asked. */
  readonly trace: boolean;
}

const BLANK: SpanLine = [];

/** The whole answer: the cause, the evidence and the mend in the first three lines, and then all that is known. */
export function renderReach(diagnosis: Diagnosis, view: ReachView): readonly SpanLine[] {
  const sections = diagnosis.verdict === "reachable" ? tellHealthy(diagnosis, view) : tellTrouble(diagnosis, view);
  const path = view.path ? [renderPath(diagnosis.path, view.style)] : [];
  const walks = view.trace ? tellWalks(diagnosis, view) : [];
  const filled = [...path, ...sections, ...walks].filter((lines) => lines.length > 0);
  return [...renderHead(diagnosis, view), ...filled.flatMap((lines) => [BLANK, ...lines])];
}

/** Verdict, first evidence and first remedy: as much as a reader in a hurry wants. */
export function renderHead(diagnosis: Diagnosis, { system, style }: ReachView): readonly SpanLine[] {
  const { verdict } = diagnosis;
  const mark: Span = { text: markOfVerdict(verdict, style), tone: toneOfVerdict(verdict) };
  const root = findRoot(diagnosis);
  const [evidence] = root?.evidence ?? [];
  const [remedy] = root?.remedies ?? [];
  return [
    [mark, ` ${describeVerdict(diagnosis)}`],
    ...(evidence ? [[`  seen: ${describeEvidence(evidence)}`]] : []),
    ...(remedy ? [[`  mend: ${describeRemedy(remedy, system)}`]] : []),
    ...(remedy ? tellConsequences(remedy).map((text) => [`        ${text}`]) : []),
    ...(verdict === "reachable" && diagnosis.attempts.length > 0 ? [[`  ${summarizeAttempts(diagnosis)}`]] : []),
  ];
}

function tellHealthy(diagnosis: Diagnosis, view: ReachView): readonly (readonly SpanLine[])[] {
  return [...diagnosis.findings.map((finding) => tellFinding(finding, view)), listNotes(diagnosis)];
}

function tellTrouble(diagnosis: Diagnosis, view: ReachView): readonly (readonly SpanLine[])[] {
  const root = findRoot(diagnosis);
  const others = diagnosis.findings.filter((finding) => finding !== root);
  return [
    root ? section("also seen", root.evidence.slice(1).map(describeEvidence)) : [],
    root
      ? section(
          "other ways",
          root.remedies.slice(1).flatMap((remedy) => tellRemedy(remedy, view.system)),
        )
      : [],
    ...others.map((finding) => tellFinding(finding, view)),
    section("tried", alignAttempts(diagnosis)),
    section("not checked", diagnosis.notMade.map(describeNotMade)),
    listNotes(diagnosis),
    root ? [[`more about it: portguard reach --explain ${root.code}`]] : [],
  ];
}

function tellWalks({ firewall }: Diagnosis, { style }: ReachView): readonly (readonly SpanLine[])[] {
  if (firewall.length === 0) return [[["no walk to show: the firewall's rules were not asked"]]];
  return firewall.map((answer) => renderTrace(answer, style));
}

/** A further finding, with all that belongs to it. */
function tellFinding(finding: Finding, { system, style }: ReachView): readonly SpanLine[] {
  const { severity, evidence, remedies } = finding;
  const mark: Span =
    severity === "blocks" ? { text: style.marks.bad, tone: "bad" } : { text: style.marks.warn, tone: "warn" };
  return [
    [mark, ` ${severity === "warning" ? "warning: " : ""}${describeTitle(finding)}`],
    ...evidence.map((each) => [`  seen: ${describeEvidence(each)}`]),
    ...remedies.flatMap((remedy, index) => {
      const [first = "", ...rest] = tellRemedy(remedy, system);
      return [[`  ${index === 0 ? "mend" : "or"}: ${first}`], ...rest.map((text) => [`      ${text}`])];
    }),
  ];
}

function tellRemedy(remedy: Remedy, system: OsName): readonly string[] {
  return [describeRemedy(remedy, system), ...tellConsequences(remedy).map((text) => `  ${text}`)];
}

/** The risk and the way back, in one line. */
function tellConsequences({ risk, undo }: Remedy): readonly string[] {
  const parts = [describeRisk(risk), undo === undefined ? undefined : `undo: ${undo}`];
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? [] : [told.join("; ")];
}

function listNotes(diagnosis: Diagnosis): readonly SpanLine[] {
  return findOtherNotes(diagnosis).map((note) => [`note: ${note}`]);
}

function describeNotMade({ what, because, hint }: Diagnosis["notMade"][number]): string {
  return `${what}: ${because}${hint === undefined ? "" : `; ${hint}`}`;
}

/** `127.0.0.1:8000         connected in 0.2 ms`, one line each. */
function alignAttempts({ attempts }: Diagnosis): readonly string[] {
  const places = attempts.map((attempt) => sanitize(describePlace(attempt)));
  const width = Math.max(0, ...places.map((place) => Bun.stringWidth(place)));
  return attempts.map(({ outcome }, index) => {
    const place = places[index] ?? "";
    return `${place}${" ".repeat(width - Bun.stringWidth(place))}  ${describeOutcome(outcome)}`;
  });
}

/** Of a healthy target one line tells enough; a machine with many addresses has the first ones in it. */
function summarizeAttempts({ attempts }: Diagnosis): string {
  const told = attempts.slice(0, 3).map((attempt) => `${describePlace(attempt)} ${summarizeOutcome(attempt.outcome)}`);
  const more = attempts.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more`] : [])].join(" · ");
}

function section(title: string, lines: readonly string[]): readonly SpanLine[] {
  return lines.length === 0 ? [] : [[`${title}:`], ...lines.map((line) => [`  ${line}`])];
}
