import { type RuleRequest, formatPorts, ruleMark } from "../../core/rule-request.ts";
import type { Check, Step } from "../../core/step.ts";
import {
  type PlaceFacts,
  type Planned,
  type PlannedRule,
  type Source,
  describeStep,
  matchOf,
  refuseForeign,
  refuseNowhere,
  revertOf,
  riskOf,
  show,
  sourcesOf,
} from "./plan.ts";
import { avoidEqual, familiesOf, sourceText, tupleOf } from "./ufw-rules.ts";

export interface UfwFacts extends PlaceFacts {
  readonly active: boolean;
  /** The text of its two rule files, one behind the other. */
  readonly rulesFiles: string;
  /** Where these are: `/etc/ufw`. */
  readonly folder: string;
}

/** Rules in front of all others, which ufw keeps over a restart by itself. */
export function planUfw(request: RuleRequest, facts: UfwFacts): Planned {
  const refused = refuseForeign("ufw", request);
  if (refused) return refused;
  const asked = sourcesOf(request, facts);
  if (asked.length === 0) return refuseNowhere("ufw", request);
  const avoided = asked.map((source) => avoidEqual(request, source, facts.rulesFiles));
  if (avoided.includes("equal")) return refuseEqual(request, asked[avoided.indexOf("equal")]!);
  const sources = avoided.flatMap((each) => (each === "equal" ? [] : each));
  const apply = sources.map((source) => prepend(request, source, facts));
  return {
    kind: "plan",
    backend: "ufw",
    rules: sources.flatMap((source) => familiesOf(source).map((family) => planned(request, source, family))),
    apply,
    verify: [show("show ufw's rules in their order", ["ufw", "status", "numbered"])],
    persist: [],
    revert: revertOf(apply, []),
    notes: notesFor(facts, sources.length > asked.length),
    expires: false,
  };
}

function prepend(request: RuleRequest, source: Source, facts: UfwFacts): Step {
  const rule = ruleWords(request, source);
  const isOurs = findOurs(request, source, facts);
  const remove: Step = {
    what: `take back: ${describeStep(request, source)}`,
    argv: ["ufw", "delete", ...rule],
    risk: "none",
    when: isOurs,
    undo: [],
  };
  return {
    what: describeStep(request, source),
    argv: ["ufw", "prepend", ...rule, "comment", ruleMark(request.id)],
    risk: riskOf(request),
    unless: isOurs,
    undo: [remove],
  };
}

function ruleWords(request: RuleRequest, source: Source): string[] {
  return [
    request.action === "open" ? "allow" : "deny",
    "in",
    ...(request.interface === undefined ? [] : ["on", request.interface]),
    "from",
    sourceText(source),
    "to",
    "any",
    "port",
    formatPorts(request.ports, ":"),
    "proto",
    request.protocol,
  ];
}

/** A rule for both families is in both files, and ufw writes them together: one of them is asked. */
function findOurs(request: RuleRequest, source: Source, { folder }: UfwFacts): Check {
  const [family = 4] = familiesOf(source);
  const line = tupleOf(request, source, family, ruleMark(request.id));
  const file = `${folder}/${family === 4 ? "user.rules" : "user6.rules"}`;
  return { kind: "succeeds", argv: ["grep", "-qxF", "-e", line, file] };
}

function planned(request: RuleRequest, source: Source, family: 4 | 6): PlannedRule {
  const { interface: name, protocol, ports } = request;
  const text = [
    ...(name === undefined ? [] : ["-i", name]),
    "-p",
    protocol,
    ...(source.cidr ? ["-s", `${source.cidr.address.text}/${source.cidr.prefix}`] : []),
    ...(ports.first === ports.last ? [] : ["-m", "multiport"]),
    ports.first === ports.last ? "--dport" : "--dports",
    formatPorts(ports, ":"),
    "-j",
    request.action === "open" ? "ACCEPT" : "DROP",
  ];
  const chain = family === 4 ? "ufw-user-input" : "ufw6-user-input";
  return {
    place: { kind: "xtables", table: "filter", chain, at: "first" },
    family,
    match: matchOf(request, source),
    verdict: request.action === "open" ? "accept" : "drop",
    text: text.join(" "),
  };
}

function notesFor({ active }: UfwFacts, split: boolean): string[] {
  return [
    ...(active ? [] : ["ufw is inactive: the rule is stored, and works once `ufw enable` was run"]),
    ...(split
      ? ["an equal rule of yours stays where it is: ufw has each rule once, so this one is told in halves"]
      : []),
  ];
}

function refuseEqual(request: RuleRequest, source: Source): Planned {
  const because = `ufw has a rule for ${describeStep(request, source)} already, and has each rule only once`;
  return { kind: "no-plan", backend: "ufw", because, hint: "`ufw status numbered` shows it; delete that one first" };
}
