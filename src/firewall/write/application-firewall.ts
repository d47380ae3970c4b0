import type { RuleRequest } from "../../core/rule-request.ts";
import type { Step } from "../../core/step.ts";
import { type Planned, type RulePlan, riskOf, revertOf, show } from "./plan.ts";

export interface ApplicationFirewallFacts {
  readonly on: boolean;
  /** It refuses every program, whatever its list says. */
  readonly blockAll: boolean;
  /** What its list says of the programs that are in it, by path. */
  readonly programs: ReadonlyMap<string, "allowed" | "blocked">;
}

const TOOL = "/usr/libexec/ApplicationFirewall/socketfilterfw";

/** The firewall of macOS that knows programs, not ports. */
export function planApplicationFirewall(request: RuleRequest, facts: ApplicationFirewallFacts): Planned {
  const { program } = request;
  if (program === undefined) return refuse("it knows programs, not ports", "name the server's: --program PATH");
  if (request.from.kind === "network" || request.interface !== undefined) {
    return refuse(`it can't tell who connects to \`${program}\``, "pf can: --backend pf");
  }
  if (facts.blockAll && request.action === "open") {
    return refuse("it blocks all incoming connections", "turn that off in System Settings, Network, Firewall, Options");
  }
  const apply = stepsFor(request, program, facts.programs.get(program));
  return {
    kind: "plan",
    backend: "application-firewall",
    rules: [planned(request, program)],
    apply,
    verify: [show(`show what it does with ${program}`, [TOOL, "--getappblocked", program])],
    persist: [],
    revert: revertOf(apply, []),
    notes: notesFor(request, program, facts),
    expires: false,
  };
}

function stepsFor(request: RuleRequest, program: string, now: "allowed" | "blocked" | undefined): Step[] {
  const opens = request.action === "open";
  if (now === (opens ? "allowed" : "blocked")) return [];
  const step = (what: string, option: string): Omit<Step, "undo"> => ({
    what: `${what} ${program}`,
    argv: [TOOL, option, program],
    risk: riskOf(request),
  });
  const set = opens ? step("let in", "--unblockapp") : step("keep out connections to", "--blockapp");
  const back = opens ? step("block again", "--blockapp") : step("unblock again", "--unblockapp");
  const add = step("put on its list", "--add");
  const remove = step("take off its list", "--remove");
  return now === undefined
    ? [
        { ...add, undo: [{ ...remove, risk: "none", undo: [] }] },
        { ...set, undo: [] },
      ]
    : [{ ...set, undo: [{ ...back, risk: "none", undo: [] }] }];
}

function planned(request: RuleRequest, program: string): RulePlan["rules"][number] {
  return {
    place: { kind: "application-firewall" },
    match: { protocol: request.protocol, ports: request.ports, program },
    verdict: request.action === "open" ? "accept" : "drop",
    text: `${request.action === "open" ? "allow" : "block"} ${program}`,
  };
}

function notesFor(request: RuleRequest, program: string, { on }: ApplicationFirewallFacts): string[] {
  const every = `${request.action === "open" ? "opens" : "closes"} every port of ${program}, to every client`;
  return [every, ...(on ? [] : ["the application firewall is off: it blocks nothing"])];
}

function refuse(because: string, hint: string): Planned {
  return { kind: "no-plan", backend: "application-firewall", because, hint };
}
