import type { Address } from "../../core/address.ts";
import { cidrContains } from "../../core/cidr.ts";
import type { Protocol } from "../../core/endpoint.ts";
import { emitRule } from "./emit.ts";
import type { PfLine, PfPlace, PfPort, PfRule } from "./model.ts";

/** A first packet that comes in. */
export interface PfPacket {
  readonly protocol: Protocol;
  readonly source: Address;
  readonly destination: Address;
  readonly port: number;
  /** By which it comes in; nothing: not known. */
  readonly interface?: string;
}

/** `answer`: what a blocked client is told; `as-set`: what `set block-policy` says, of which the rules tell nothing. */
export type PfVerdict =
  | { readonly kind: "pass"; readonly by?: string; readonly place?: PfRulePlace }
  | {
      readonly kind: "block";
      readonly answer: "drop" | "return" | "as-set";
      readonly by: string;
      readonly place: PfRulePlace;
    }
  | { readonly kind: "unknown"; readonly because: string };

/** Where a rule stands. */
export interface PfRulePlace {
  /** The whole name; nothing: the main rule set. */
  readonly anchor?: string;
  /** Counted from 1 within its rule set, its anchors among its rules. */
  readonly position: number;
}

/**
 * The rules of the anchors that are known, by their whole name. Of one that ends with a slash, what stands right below it
 * is known, which may be nothing.
 */
export type PfAnchors = ReadonlyMap<string, readonly PfLine[]>;

/** A rule that was asked. */
export interface PfAsked {
  readonly place: PfRulePlace;
  readonly text: string;
  readonly matches: Matches;
}

type Matches = "yes" | "no" | { readonly opaque: string };
const MOST_RULES = 200_000;

/**
 * What becomes of the packet: the last rule that matches decides, or the first one that is `quick`; without one it passes.
 * A rule of which that can't be said is judged both ways, and `unknown` is what they do not agree on. What is asked is put
 * on `trace`.
 */
export function evaluatePf(
  lines: readonly PfLine[],
  packet: PfPacket,
  anchors: PfAnchors = new Map(),
  trace: PfAsked[] = [],
): PfVerdict {
  return walk(flatten(lines, { anchors, base: "", path: [], left: { rules: MOST_RULES } }), packet, trace);
}

type Flat = { readonly place: PfRulePlace } & ({ readonly rule: PfRule } | { readonly opaque: string });

interface Way {
  readonly anchors: PfAnchors;
  /** The anchor whose rules these are; empty: the main rule set. */
  readonly base: string;
  /** The anchors that led here: one that leads to itself is not entered again. */
  readonly path: readonly string[];
  /** How many rules may still come: anchors within anchors can make very many. */
  readonly left: { rules: number };
}

/** The rules in the order in which they are asked; what is not known of an anchor is opaque. */
function flatten(lines: readonly PfLine[], way: Way): Flat[] {
  const { base, left } = way;
  const counted = lines.filter((line) => line.kind !== "other" || line.filters);
  return counted.flatMap((line, index): Flat[] => {
    const place = { ...(base !== "" && { anchor: base }), position: index + 1 };
    if (left.rules-- <= 0) return [{ place, opaque: "too many rules" }];
    switch (line.kind) {
      case "rule":
        return [{ place, rule: line }];
      case "other":
        return [{ place, opaque: line.text }];
      case "anchor":
        return enterAnchor(line, way) ?? [{ place, opaque: `anchor "${line.name}"` }];
    }
  });
}

/** Nothing where it is not known what is in there, or which packets come in. */
function enterAnchor({ name, quick, rest }: Extract<PfLine, { kind: "anchor" }>, way: Way): Flat[] | undefined {
  const { anchors, base, path } = way;
  const whole = wholeName(name, base);
  const members = rest === "" || rest === "all" ? membersOf(whole, anchors) : undefined;
  if (!members || quick || path.includes(whole)) return undefined;
  return members.flatMap(([member, lines]) => flatten(lines, { ...way, base: member, path: [...path, whole] }));
}

/** A name is meant from the anchor where it stands, unless it begins with a slash. */
export function wholeName(name: string, base: string): string {
  if (name.startsWith("/")) return name.slice(1);
  return base === "" ? name : `${base}/${name}`;
}

/** The rule set of an anchor, or, of `NAME/*`, all that stand right below it, in the order of their names. */
function membersOf(name: string, anchors: PfAnchors): (readonly [string, readonly PfLine[]])[] | undefined {
  if (!name.endsWith("/*")) {
    const lines = anchors.get(name);
    return lines && [[name, lines]];
  }
  const above = name.slice(0, -1);
  const below = [...anchors].filter(([key]) => key.startsWith(above) && !key.slice(above.length).includes("/"));
  if (below.length === 0) return undefined;
  return below.filter(([key]) => key !== above).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * One pass: `current` is every verdict that the last match so far may have given, `final` every one that a quick rule may.
 * Where all of them agree, what could not be told does not matter.
 */
function walk(rules: readonly Flat[], packet: PfPacket, trace: PfAsked[]): PfVerdict {
  const final: PfVerdict[] = [];
  let current: PfVerdict[] = [{ kind: "pass" }];
  for (const each of rules) {
    const { matches, verdict, quick } = ask(each, packet);
    trace.push({ place: each.place, text: "opaque" in each ? each.opaque : emitRule(each.rule), matches });
    if (matches === "no") continue;
    const isSure = matches === "yes";
    if (quick) final.push(verdict);
    else current = isSure ? [verdict] : addNew(current, verdict);
    if (quick && isSure) return agree(final);
  }
  return agree([...final, ...current]);
}

interface Asked {
  readonly matches: Matches;
  readonly verdict: PfVerdict;
  readonly quick: boolean;
}

/** A line that is not understood may be anything, so that its verdict is unknown, now and at the end. */
function ask(each: Flat, packet: PfPacket): Asked {
  if ("opaque" in each) {
    const verdict: PfVerdict = { kind: "unknown", because: `\`${each.opaque}\` may decide it` };
    return { matches: { opaque: each.opaque }, verdict, quick: true };
  }
  return { matches: matchRule(each.rule, packet), verdict: verdictOf(each.rule, each.place), quick: each.rule.quick };
}

function addNew(verdicts: PfVerdict[], verdict: PfVerdict): PfVerdict[] {
  return verdicts.some((each) => isSame(each, verdict)) ? verdicts : [...verdicts, verdict];
}

function agree(verdicts: readonly PfVerdict[]): PfVerdict {
  const last = verdicts.at(-1)!;
  const other = verdicts.find((each) => !isSame(each, last));
  if (!other) return last;
  const unknown = verdicts.find((each) => each.kind === "unknown");
  return unknown ?? { kind: "unknown", because: `${describe(other)} and ${describe(last)} are both possible` };
}

function isSame(a: PfVerdict, b: PfVerdict): boolean {
  return a.kind === "block" ? b.kind === "block" && a.answer === b.answer : a.kind === b.kind;
}

function describe(verdict: PfVerdict): string {
  switch (verdict.kind) {
    case "pass":
      return verdict.by === undefined ? "no rule" : `\`${verdict.by}\``;
    case "block":
      return `\`${verdict.by}\``;
    case "unknown":
      return verdict.because;
  }
}

function verdictOf(rule: PfRule, place: PfRulePlace): PfVerdict {
  const by = emitRule(rule);
  return rule.action === "pass"
    ? { kind: "pass", by, place }
    : { kind: "block", answer: rule.answer ?? "as-set", by, place };
}

function matchRule(rule: PfRule, packet: PfPacket): Matches {
  if (rule.direction === "out") return "no";
  if (rule.family !== undefined && rule.family !== packet.source.family) return "no";
  const protocols = rule.protocols.flatMap((each) => PROTOCOLS[each] ?? each);
  if (protocols.length > 0 && !protocols.includes(packet.protocol)) return "no";
  return all([
    () => matchInterface(rule.on, packet),
    () => matchPlace(rule.to, packet.destination, packet.port),
    () => matchPlace(rule.from, packet.source, undefined),
    () => matchOptions(rule.options),
  ]);
}

const PROTOCOLS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp" };

/** A sure no wins over what can't be told. */
function all(questions: readonly (() => Matches)[]): Matches {
  const answers = questions.map((question) => question());
  return answers.includes("no") ? "no" : (answers.find((each) => each !== "yes") ?? "yes");
}

/** `on en` without a number is the group of all such interfaces. */
function matchInterface(on: PfRule["on"], packet: PfPacket): Matches {
  if (!on) return "yes";
  if (packet.interface === undefined) return { opaque: `on ${on.name}` };
  if (on.name === packet.interface) return on.not ? "no" : "yes";
  if (!/\d$/.test(on.name)) return { opaque: `on ${on.name}` };
  return on.not ? "yes" : "no";
}

function matchPlace({ addresses, ports }: PfPlace, address: Address, port: number | undefined): Matches {
  // Only of the server's side the port is known, and that side is this machine.
  const isOwn = port !== undefined;
  return all([() => anyOf(addresses.map((each) => matchAddress(each, address, isOwn))), () => matchPorts(ports, port)]);
}

function matchAddress({ not, at }: PfPlace["addresses"][number], address: Address, isOwn: boolean): Matches {
  if (at.kind === "named" && at.text === "self" && isOwn) return not ? "no" : "yes";
  if (at.kind === "named") return { opaque: at.text };
  return cidrContains(at.network, address) === not ? "no" : "yes";
}

/** The port of a client is any, and can't be told. */
function matchPorts(ports: readonly PfPort[], port: number | undefined): Matches {
  if (port === undefined) return ports.length === 0 ? "yes" : { opaque: "the client's port" };
  return anyOf(ports.map((each) => matchPort(each, port)));
}

/** Of a list, one is enough; an empty list is any. */
function anyOf(answers: readonly Matches[]): Matches {
  if (answers.length === 0 || answers.includes("yes")) return "yes";
  return answers.find((each) => each !== "no") ?? "no";
}

function matchPort(wanted: PfPort, port: number): Matches {
  switch (wanted.op) {
    case "named":
      return { opaque: `port ${wanted.name}` };
    case "=":
      return yesIf(port === wanted.port);
    case "!=":
      return yesIf(port !== wanted.port);
    case "<":
      return yesIf(port < wanted.port);
    case "<=":
      return yesIf(port <= wanted.port);
    case ">":
      return yesIf(port > wanted.port);
    case ">=":
      return yesIf(port >= wanted.port);
    case ":":
      return yesIf(port >= wanted.first && port <= wanted.last);
    case "><":
      return yesIf(port > wanted.first && port < wanted.last);
    case "<>":
      return yesIf(port < wanted.first || port > wanted.last);
  }
}

function yesIf(is: boolean): Matches {
  return is ? "yes" : "no";
}

/** What only says how the state is kept does not limit the rule; the first packet has SYN alone. */
function matchOptions(options: readonly string[]): Matches {
  const rest = options
    .join(" ")
    .replaceAll(/label "[^"]*"|(?:keep|modulate|synproxy|no) state|flags (?:S\/SA|S\/SAFR|any)|allow-opts/g, "")
    .trim();
  return rest === "" ? "yes" : { opaque: rest };
}
