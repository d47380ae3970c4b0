import { formatCidr } from "../../core/cidr.ts";
import { fail } from "../../core/error.ts";
import type { OsName } from "../../core/os.ts";
import type { RuleEntry } from "../../core/rule-journal.ts";
import { type Backend, newRuleId, type RuleRequest } from "../../core/rule-request.ts";
import { type Seen, valueOf } from "../../core/seen.ts";
import { readClients } from "../../firewall/gather-clients.ts";
import { readOwnerFacts, readRuleFacts } from "../../firewall/gather-rule-facts.ts";
import { type Client, judgePlan, standingWith, tell, type Standing } from "../../firewall/judge-plan.ts";
import { lanNetworks } from "../../firewall/lan.ts";
import { findOwner, type Owner } from "../../firewall/owner.ts";
import { offerRule, planRule, type Judgement } from "../../firewall/plan-rule.ts";
import { findSameRule } from "../../firewall/same-rule.ts";
import type { RulePlan } from "../../firewall/write/plan.ts";
import type { ShownOffer } from "../../report/rule-text.ts";
import type { RuleWish } from "./rule-args.ts";
import { isOver, type Machine } from "./rule-machine.ts";
import { refuseOddNames } from "./rule-names.ts";

/** What can be said to a wish. */
export type Answer =
  | {
      readonly kind: "offered";
      readonly offer: ShownOffer;
      readonly plan: RulePlan;
      /** The same rule, applied before. */
      readonly existing?: RuleEntry;
    }
  | { readonly kind: "nothing-to-do"; readonly because: string }
  | { readonly kind: "not-offered"; readonly because: string; readonly instead: readonly string[] };

/** A rule for this machine, judged in its place. Throws BAD_USAGE, and RULES_UNKNOWN where nothing can be said. */
export async function offerHere(
  wish: RuleWish,
  named: Backend | undefined,
  machine: Machine,
  entries: readonly RuleEntry[],
): Promise<Answer> {
  const { os, interfaces, look } = machine;
  refuseOddNames(wish, os.name, interfaces);
  const draft: RuleRequest = { ...wish, id: newRuleId() };
  const [facts, clients] = await Promise.all([
    readOwnerFacts(os.name, look),
    readClients(draft, os.name, interfaces, look),
  ]);
  const now = clients.kind === "seen" ? standingWith([], clients.value, wish.action) : undefined;
  const owner = findOwner(facts);
  const backend = named ?? chooseBackend(owner, wish, machine);
  const existing =
    backend &&
    findSameRule(
      entries.filter((each) => !isOver(each)),
      draft,
      backend,
    );
  if (clients.kind === "seen" && clients.value.length === 0 && named === undefined && !existing)
    return answerWithoutClient(wish);
  if (now?.kind === "as-asked" && !existing) return { kind: "nothing-to-do", because: sayNothing(wish, now) };
  if (backend === undefined) return answerWithoutOwner(owner, now);
  const request: RuleRequest = { ...draft, id: existing?.id ?? draft.id };
  const kinds = valueOf(await look.windows?.kinds());
  const rest = { interfaces, activeProfiles: [...new Set(kinds?.values())] };
  const planned = planRule(backend, request, await readRuleFacts(request, facts, rest, look));
  const offer = offerRule(planned, (plan) => judge(plan, now, clients, { ...wish, isNamed: named !== undefined }));
  if (offer.kind === "not-offered") {
    const others = planned.kind === "no-plan" ? nameOwner(owner, backend) : [];
    return { ...offer, instead: [...offer.instead, ...others] };
  }
  const shown: ShownOffer = {
    request,
    rule: offer.plan,
    ...(now?.kind === "not" && { now: sayNow(wish, now) }),
    ...(owner.kind === "backend" && owner.backend === backend && { owner: owner.because }),
    ...(offer.lack && { lack: offer.lack }),
  };
  return { kind: "offered", offer: shown, plan: offer.plan, ...(existing && { existing }) };
}

function nameOwner(owner: Owner, backend: Backend): readonly string[] {
  if (owner.kind !== "backend" || owner.backend === backend) return [];
  return [`the rules here are ${owner.backend}'s (${owner.because}): leave --backend out`];
}

function judge(
  plan: RulePlan,
  now: Standing | undefined,
  clients: Seen<readonly Client[]>,
  how: Parameters<typeof judgePlan>[3],
): Judgement {
  if (clients.kind === "unseen" || !now) {
    return { kind: "unknown", because: clients.kind === "unseen" ? clients.because : "the rules can't be read" };
  }
  return judgePlan(plan, now, clients.value, how);
}

/** Where nobody has rules, there is nothing to open; to close, the oldest tool is the likeliest to stay. */
function chooseBackend(owner: Owner, { action }: RuleWish, { os, look }: Machine): Backend | undefined {
  if (owner.kind === "backend") return owner.backend;
  if (owner.kind === "unknown" || action === "open") return undefined;
  if (os.name === "macos") return "pf";
  return look.hasProgram("iptables") ? "iptables" : "nft";
}

function answerWithoutOwner(owner: Owner, now: Standing | undefined): Answer {
  if (owner.kind === "unknown") {
    const hint = owner.hint ?? "name it with --backend to have the commands printed";
    return fail("RULES_UNKNOWN", `whose rules these are can't be told: ${owner.because}`, hint);
  }
  if (now?.kind === "not") {
    const instead = now.mend === undefined ? [] : [now.mend];
    return { kind: "not-offered", because: `${owner.because}, and yet, ${tell(now)}`, instead };
  }
  if (now?.kind === "unknown") {
    fail("RULES_UNKNOWN", `whether something blocks can't be told: ${tell(now)}`, "name a firewall with --backend");
  }
  return { kind: "nothing-to-do", because: owner.because };
}

/** On a machine that is on no network, nobody else could connect. */
function answerWithoutClient({ interface: name, from }: RuleWish): Answer {
  const who = from.kind === "network" ? `a client from ${formatCidr(from)}` : "another machine";
  const place = name === undefined ? "this machine" : name;
  return {
    kind: "not-offered",
    because: `${place} has no address that ${who} could connect to`,
    instead: [
      "connect it to a network first, or have the rule written beforehand: say --backend, and --from 192.168.1.0/24",
    ],
  };
}

function sayNow({ action }: RuleWish, now: Standing): string {
  return action === "open" ? `it is blocked, ${tell(now)}` : `it gets in, ${tell(now)}`;
}

function sayNothing({ action }: RuleWish, now: Standing): string {
  return action === "open" ? `nothing blocks it, ${tell(now)}` : `it is blocked already, ${tell(now)}`;
}

/** A rule for a machine that is not this one, of which nothing is known but its system. */
export function offerElsewhere(
  wish: RuleWish,
  backend: Backend | undefined,
  system: OsName,
  { interfaces }: Pick<Machine, "interfaces">,
): Answer {
  refuseOddNames(wish, system);
  const request: RuleRequest = { ...wish, id: newRuleId() };
  const lan = lanNetworks(interfaces);
  const planned = planRule(backend ?? usualBackend(wish, system), request, { lan, families: [4, 6] }, true);
  if (planned.kind === "no-plan") return { kind: "not-offered", because: planned.because, instead: [planned.hint] };
  const isTaken = wish.from.kind === "lan" && planned.rules.some(({ match }) => match.source !== undefined);
  const notes = [
    `for another machine with ${system}: whether it helps there is not known here`,
    ...(isTaken ? ["its LAN is taken to be this machine's"] : []),
    ...planned.notes,
  ];
  return { kind: "offered", offer: { request, rule: { ...planned, notes } }, plan: planned };
}

function usualBackend(wish: RuleWish, system: OsName): Backend {
  switch (system) {
    case "windows":
      return wish.interface === undefined ? "netsh" : "powershell";
    case "macos":
      return wish.program === undefined ? "pf" : "application-firewall";
    case "linux":
      return fail(
        "BAD_USAGE",
        "which firewall that machine has can't be seen from here",
        "name it: --backend ufw, firewalld, nft or iptables",
      );
  }
}
