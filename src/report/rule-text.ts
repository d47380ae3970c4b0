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
  /** Why it may be of no use. */
  readonly doubt?: string;
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
  const { rule, request, now, owner, doubt } = offer;
  const by = `${rule.backend} can ${describeRequest(request)}`;
  const risk = rule.apply.map(({ risk: each }) => describeRisk(each)).find((each) => each !== undefined);
  return [
    ...(now === undefined ? [] : [[toned(now, "bad")]]),
    [owner === undefined ? by : `${by} (${owner})`],
    ...renderPart("apply", rule.apply, typed),
    ...renderPart("verify", rule.verify, typed),
    ...renderPart("keep over a restart", rule.persist, typed),
    ...renderPart("revert", rule.revert, typed),
    ...(doubt === undefined ? [] : [[toned(`whether it helps is not certain: ${doubt}`, "warn")]]),
    ...[...rule.notes, ...(risk === undefined ? [] : [risk])].map((note) => [`note: ${note}`]),
  ];
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
