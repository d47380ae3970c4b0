import { formatCidr } from "../core/cidr.ts";
import { formatDuration } from "../core/duration.ts";
import type { OsName } from "../core/os.ts";
import type { RuleEntry } from "../core/rule-journal.ts";
import { type RuleRequest, formatPorts } from "../core/rule-request.ts";
import { HANDLE, KEPT, type Step } from "../core/step.ts";
import { describeRisk } from "./finding-text.ts";
import { formatCommand } from "./shell-words.ts";
import type { Span, SpanLine } from "./spans.ts";
import type { Style, Tone } from "./style.ts";

/** A rule as it would be written: what of a plan is shown. */
export interface ShownRule {
  readonly backend: string;
  readonly apply: readonly Step[];
  readonly verify: readonly Step[];
  readonly persist: readonly Step[];
  readonly revert: readonly Step[];
  /** One line each. */
  readonly notes: readonly string[];
}

/** A rule that is offered, and why. */
export interface ShownOffer {
  readonly request: RuleRequest;
  readonly rule: ShownRule;
  /** How it is without the rule, one line; nothing where that is not known. */
  readonly now?: string;
  /** Why this backend: `ufw is active`. */
  readonly owner?: string;
  /** Why it may be of no use: nobody can tell, or it is one step of several; `instead` says what the next one is. */
  readonly lack?:
    | { readonly kind: "unknown"; readonly because: string }
    | { readonly kind: "half"; readonly because: string; readonly instead: readonly string[] };
}

/** How commands are typed: on which system, and whether they need `sudo` in front. */
export interface Typed {
  readonly system: OsName;
  readonly sudo: boolean;
}

/** `tcp 8000`, `udp 5000-5010`. */
export function describePorts({ protocol, ports }: Pick<RuleRequest, "protocol" | "ports">): string {
  return `${protocol} ${formatPorts(ports, "-")}`;
}

/** `let tcp 8000 in from the LAN on eth0, for 30m`. */
export function describeRequest(request: RuleRequest): string {
  const { action, from, forMs, program, profile } = request;
  const source = from.kind === "lan" ? "the LAN" : from.kind === "anywhere" ? "everywhere" : formatCidr(from);
  const rest = [
    ...(request.interface === undefined ? [] : [` on ${request.interface}`]),
    ...(program === undefined ? [] : [` for ${program}`]),
    ...(profile === undefined ? [] : [` on ${profile} networks`]),
    ...(forMs === undefined ? [] : [`, for ${formatDuration(forMs)}`]),
  ];
  const ports = describePorts(request);
  return `${action === "open" ? `let ${ports} in` : `keep ${ports} out`} from ${source}${rest.join("")}`;
}

/** The whole offer: what is, what would be done, how it is seen, kept and taken back. */
export function renderOffer(offer: ShownOffer, typed: Typed): readonly SpanLine[] {
  const { rule, request, now, owner } = offer;
  const by = `${rule.backend} can ${describeRequest(request)}`;
  const risk = rule.apply.map(({ risk: each }) => describeRisk(each)).find((each) => each !== undefined);
  return [
    ...(now === undefined ? [] : [[toned(now, "bad")]]),
    [owner === undefined ? by : `${by} (${owner})`],
    ...renderPart("apply", rule.apply, typed),
    ...renderPart("verify", rule.verify, typed),
    ...renderPart("keep over a restart", rule.persist, typed),
    ...renderPart("revert", rule.revert, typed),
    ...renderLack(offer),
    ...[...rule.notes, ...(risk === undefined ? [] : [risk])].map((note) => [`note: ${note}`]),
  ];
}

/** Of one that is half of what is needed. */
export const HALF = "alone it does not help";

function renderLack({ lack }: ShownOffer): readonly SpanLine[] {
  switch (lack?.kind) {
    case undefined:
      return [];
    case "unknown":
      return [[toned(`whether it helps is not certain: ${lack.because}`, "warn")]];
    case "half":
      return [[toned(`${HALF}: ${lack.because}`, "warn")], ...lack.instead.map((line) => [`  ${line}`])];
  }
}

function renderPart(title: string, steps: readonly Step[], typed: Typed): readonly SpanLine[] {
  if (steps.length === 0) return [];
  return [[`  ${title}`], ...renderCommands(steps, typed)];
}

/** Each command on a line of its own, and below it how to find what it leaves open. */
export function renderCommands(steps: readonly Step[], typed: Typed): readonly SpanLine[] {
  return steps.flatMap((step) => [`    ${typeCommand(step, typed)}`, ...explain(step)].map((line) => [line]));
}

/** A step as one would type it; what it reads is piped into it. */
export function typeCommand({ argv, input }: Pick<Step, "argv" | "input">, { system, sudo }: Typed): string {
  const command = formatCommand(sudo ? ["sudo", ...argv] : argv, system);
  return input === undefined ? command : `${formatCommand(["printf", "%s", input], system)} | ${command}`;
}

function explain({ argv, each }: Step): readonly string[] {
  if (each) {
    const { family, table, chain, comment } = each;
    return [`      (${HANDLE}: what \`nft -a list chain ${family} ${table} ${chain}\` shows behind "${comment}")`];
  }
  return argv.includes(KEPT) ? [`      (${KEPT}: what the command before printed)`] : [];
}

/** One line for an answer that is no offer: its mark stands without colour, too. */
export function renderRuleAnswer(tone: "good" | "bad" | "warn", text: string, { marks }: Style): SpanLine {
  return [toned(marks[tone], tone), ` ${text}`];
}

/** A rule of the journal, as `--list` shows it. */
export interface ListedEntry {
  readonly entry: RuleEntry;
  /** `gone`: somebody else has taken it away. */
  readonly standing: "in place" | "gone" | "unfinished" | "over" | "not known";
}

const HEAD = ["id", "what", "by", "since", "until", "state"] as const;

/** What clears away what is left of those that are no longer in force; `typed`: how commands are typed here. */
export function renderLeftovers(rules: readonly ListedEntry[], typed: Typed): readonly SpanLine[] {
  return rules.flatMap(({ entry: { id }, standing }) => {
    const left = LEFT[standing];
    if (left === undefined) return [];
    return [[`${id}: ${left}: \`${typeCommand({ argv: clearing(id) }, typed)}\``]];
  });
}

/** Whether something of it is left, and it is no longer in force. */
export function isLeftover(standing: ListedEntry["standing"]): boolean {
  return LEFT[standing] !== undefined;
}

/** What takes that away. */
export function clearing(id: string): readonly string[] {
  return ["portguard", "rule", "--revert", id];
}

const LEFT: Readonly<Record<ListedEntry["standing"], string | undefined>> = {
  "in place": undefined,
  "not known": undefined,
  over: "its time is over, and something of it is still among the rules; this takes it away, as the next --apply does",
  unfinished: "it was left half done; this takes back what there is of it",
  gone: "somebody else has taken it away, or a part of it; this takes back the rest, and forgets it",
};

/** One line a rule, in columns. */
export function renderRuleList(rules: readonly ListedEntry[]): readonly SpanLine[] {
  const rows = rules.map(({ entry, standing }) => [
    entry.id,
    describeRequest(entry.request),
    entry.backend,
    shortTime(entry.createdAt),
    entry.until === undefined ? "-" : shortTime(entry.until),
    standing,
  ]);
  const widths = HEAD.map((title, at) =>
    Math.max(...[title, ...rows.map((row) => row[at]!)].map((cell) => Bun.stringWidth(cell))),
  );
  return [[...HEAD], ...rows].map((row) => [row.map((cell, at) => pad(cell, widths[at]!, at)).join("  ")]);
}

function pad(cell: string, width: number, at: number): string {
  return at === HEAD.length - 1 ? cell : cell + " ".repeat(width - Bun.stringWidth(cell));
}

/** `2026-03-01 12:00:05Z`. */
export function shortTime(iso: string): string {
  return iso.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

/** The steps that would take a rule back now: of what was done, the last first. */
export function undoSteps({ steps }: RuleEntry): readonly Step[] {
  const done = steps.filter(({ state }) => state === "done" || state === "doing");
  const applied = done.filter(({ part }) => part === "apply").toReversed();
  return [...applied, ...done.filter(({ part }) => part === "persist")].flatMap(({ step }) => step.undo);
}

function toned(text: string, tone: Tone): Span {
  return { text, tone };
}
