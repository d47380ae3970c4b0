import type { RuleRequest } from "../../core/rule-request.ts";
import { ruleMark } from "../../core/rule-request.ts";
import { KEPT, type Step } from "../../core/step.ts";
import { emitPf, emitRule } from "../pf/emit.ts";
import type { PfPlace, PfRule } from "../pf/model.ts";
import { parsePf } from "../pf/parse.ts";
import {
  type PlaceFacts,
  type Planned,
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

export interface PfFacts extends PlaceFacts {
  /** What `pfctl -sr` printed: the main rule set. */
  readonly mainRules: string;
  readonly enabled: boolean;
}

/** Rules in an anchor of their own, which the main rule set reaches already: that one is never written. */
export function planPf(request: RuleRequest, facts: PfFacts): Planned {
  const refused = refuseForeign("pf", request);
  if (refused) return refused;
  const anchor = anchorFor(request, facts.mainRules);
  if (anchor === undefined) return refuseWithoutAnchor();
  const sources = sourcesOf(request, facts);
  if (sources.length === 0) return refuseNowhere("pf", request);
  const rules = sources.map((source) => ruleOf(request, source));
  const text = emitPf(rules);
  const apply = [...enableSteps(request, facts), load(request, sources, anchor, text)];
  const persist = request.forMs === undefined ? keepSteps(request, anchor, text, !facts.enabled) : [];
  return {
    kind: "plan",
    backend: "pf",
    rules: rules.map((rule, index) => ({
      place: { kind: "pf", anchor },
      ...(rule.family && { family: rule.family }),
      match: matchOf(request, sources[index]!),
      verdict: request.action === "open" ? "accept" : "drop",
      text: emitRule(rule),
    })),
    apply,
    verify: [show(`show the rules of ${anchor} and what they counted`, ["pfctl", "-a", anchor, "-vvsr"])],
    persist,
    revert: revertOf(apply, persist),
    notes: facts.enabled || request.action === "close" ? [] : ["pf is off: nothing of it blocks, with or without this"],
    expires: false,
  };
}

/** Where the main rule set leads: `portguard/*` where somebody wrote it, else the place that every macOS has. */
function anchorFor({ id }: RuleRequest, mainRules: string): string | undefined {
  const names = parsePf(mainRules).flatMap((line) => (line.kind === "anchor" ? [line.name] : []));
  if (names.includes("portguard/*")) return `portguard/${id}`;
  return names.includes("com.apple/*") ? `com.apple/portguard.${id}` : undefined;
}

function refuseWithoutAnchor(): Planned {
  const because = "the main rule set of pf leads to no anchor that a rule could be put into";
  return { kind: "no-plan", backend: "pf", because, hint: 'add the line `anchor "portguard/*"` to /etc/pf.conf' };
}

function ruleOf(request: RuleRequest, { family, cidr }: Source): PfRule {
  const opens = request.action === "open";
  const { first, last } = request.ports;
  const from: PfPlace = {
    addresses: cidr ? [{ not: false, at: { kind: "network", network: cidr } }] : [],
    ports: [],
  };
  const name = request.interface;
  return {
    kind: "rule",
    action: opens ? "pass" : "block",
    ...(!opens && { answer: "drop" }),
    direction: "in",
    quick: true,
    ...(name !== undefined ? { on: { not: false, name } } : !opens && { on: { not: true, name: "lo0" } }),
    ...(family && { family }),
    protocols: [request.protocol],
    from,
    to: { addresses: [], ports: [first === last ? { op: "=", port: first } : { op: ":", first, last }] },
    options: ["label", `"${ruleMark(request.id)}"`],
  };
}

function load(request: RuleRequest, sources: readonly Source[], anchor: string, text: string): Step {
  const isThere = { kind: "prints", argv: ["pfctl", "-a", anchor, "-sr"] } as const;
  const flush: Step = {
    what: `empty ${anchor}`,
    argv: ["pfctl", "-a", anchor, "-F", "rules"],
    risk: "none",
    when: isThere,
    undo: [],
  };
  return {
    what: sources.map((source) => describeStep(request, source)).join(", "),
    argv: ["pfctl", "-a", anchor, "-f", "-"],
    input: text,
    risk: riskOf(request),
    unless: isThere,
    undo: [flush],
  };
}

/** pf is counted on and off by tokens: giving ours back leaves it on for everybody else who wants it. */
function enableSteps({ action }: RuleRequest, { enabled }: PfFacts): Step[] {
  if (enabled || action === "open") return [];
  const giveBack: Step = { what: "give the token back", argv: ["pfctl", "-X", KEPT], risk: "none", undo: [] };
  return [
    { what: "turn pf on", argv: ["pfctl", "-E"], risk: "none", keeps: String.raw`Token\s*:\s*(\d+)`, undo: [giveBack] },
  ];
}

/** An update may write /etc/pf.conf anew, so the rules are loaded by a launch daemon of their own. */
function keepSteps({ id }: RuleRequest, anchor: string, text: string, enable: boolean): Step[] {
  const rules = `/etc/pf.anchors/portguard.${id}`;
  const daemon = `/Library/LaunchDaemons/portguard.rule.${id}.plist`;
  const command = ["/sbin/pfctl", ...(enable ? ["-E"] : []), "-a", anchor, "-f", rules];
  return [
    writeFile("keep the rules in a file", rules, text),
    writeFile("have them loaded when the machine starts", daemon, plistOf(`portguard.rule.${id}`, command)),
  ];
}

function writeFile(what: string, path: string, input: string): Step {
  const isThere = { kind: "succeeds", argv: ["test", "-e", path] } as const;
  const remove: Step = { what: `remove ${path}`, argv: ["rm", path], risk: "none", when: isThere, undo: [] };
  return { what, argv: ["tee", path], input, risk: "none", unless: isThere, undo: [remove] };
}

function plistOf(label: string, command: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    `  <key>Label</key><string>${label}</string>`,
    "  <key>RunAtLoad</key><true/>",
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...command.map((word) => `    <string>${word}</string>`),
    "  </array>",
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}
