import type { Backend, RuleRequest } from "../core/rule-request.ts";
import { type ApplicationFirewallFacts, planApplicationFirewall } from "./write/application-firewall.ts";
import { type FirewalldFacts, planFirewalld } from "./write/firewalld.ts";
import { type IptablesFacts, planIptables } from "./write/iptables.ts";
import { type NftFacts, planNft } from "./write/nft.ts";
import { type PfFacts, planPf } from "./write/pf.ts";
import type { PlaceFacts, Planned, RulePlan } from "./write/plan.ts";
import { type UfwFacts, planUfw } from "./write/ufw.ts";
import { type WindowsRuleFacts, planNetsh, planPowershell } from "./write/windows.ts";

/** What the backends take from the machine; where one is missing, how it is on a machine as it is installed. */
export interface RuleFacts extends PlaceFacts {
  readonly iptables?: Omit<IptablesFacts, keyof PlaceFacts>;
  readonly nft?: Omit<NftFacts, keyof PlaceFacts>;
  readonly ufw?: Omit<UfwFacts, keyof PlaceFacts>;
  readonly firewalld?: Omit<FirewalldFacts, keyof PlaceFacts>;
  readonly pf?: Omit<PfFacts, keyof PlaceFacts>;
  readonly applicationFirewall?: ApplicationFirewallFacts;
  readonly windows?: WindowsRuleFacts;
}

const NO_RULES = { nftables: [] } as const;
/** An input chain as nftables' own example has it, for a machine that can't be asked. */
const USUAL_CHAIN = {
  nftables: [
    {
      chain: {
        family: "inet",
        table: "filter",
        name: "input",
        type: "filter",
        hook: "input",
        prio: 0,
        policy: "drop",
      },
    },
  ],
} as const;

/** What a backend would do. `elsewhere`: for another machine, of which nothing is known. */
export function planRule(backend: Backend, request: RuleRequest, facts: RuleFacts, elsewhere = false): Planned {
  const { lan, families } = facts;
  const place = { lan, families };
  switch (backend) {
    case "iptables":
      return planIptables(request, { ...place, ...(facts.iptables ?? PLAIN.iptables) });
    case "nft":
      return planNft(request, { ...place, ...(facts.nft ?? { ruleset: elsewhere ? USUAL_CHAIN : NO_RULES }) });
    case "ufw":
      return planUfw(request, { ...place, ...(facts.ufw ?? PLAIN.ufw) });
    case "firewalld":
      return planFirewalld(request, { ...place, ...(facts.firewalld ?? PLAIN.firewalld) });
    case "pf":
      return planPf(request, { ...place, ...(facts.pf ?? PLAIN.pf) });
    case "application-firewall":
      return planApplicationFirewall(request, facts.applicationFirewall ?? PLAIN.applicationFirewall);
    case "netsh":
      return planNetsh(request, facts.windows ?? PLAIN.windows);
    case "powershell":
      return planPowershell(request, facts.windows ?? PLAIN.windows);
  }
}

const PLAIN = {
  iptables: { commands: { 4: "iptables", 6: "ip6tables" }, published: false, dockerUser: [] },
  ufw: { active: true, rulesFiles: "", folder: "/etc/ufw" },
  firewalld: {
    defaultZone: "public",
    zones: [{ name: "public", interfaces: [], sources: [], richRules: [] }],
    interfaces: ["eth0"],
    engine: "nftables",
  },
  pf: { mainRules: 'anchor "com.apple/*" all\n', enabled: true },
  applicationFirewall: { on: true, blockAll: false, programs: new Map() },
  windows: { activeProfiles: [] },
} as const satisfies Partial<RuleFacts>;

/** What an evaluator says of a plan, with its rules in their places: data in, data out. */
export type Judgement =
  | { readonly kind: "helps" }
  /** `instead` says what would: one line each. */
  | { readonly kind: "would-not-help"; readonly because: string; readonly instead: readonly string[] }
  /** It gets past what decides now, and something else is next: `instead` says what that wants. */
  | { readonly kind: "half"; readonly because: string; readonly instead: readonly string[] }
  /** The rules can't be read, or not understood: it may help. */
  | { readonly kind: "unknown"; readonly because: string };

export type Offer =
  | {
      readonly kind: "offered";
      readonly plan: RulePlan;
      readonly lack?: Exclude<Judgement, { kind: "helps" | "would-not-help" }>;
    }
  | { readonly kind: "not-offered"; readonly because: string; readonly instead: readonly string[] };

/** A plan is offered only where the judge does not say that it would be in vain. */
export function offerRule(planned: Planned, judge: (plan: RulePlan) => Judgement): Offer {
  if (planned.kind === "no-plan") return { kind: "not-offered", because: planned.because, instead: [planned.hint] };
  const judgement = judge(planned);
  switch (judgement.kind) {
    case "helps":
      return { kind: "offered", plan: planned };
    case "unknown":
    case "half":
      return { kind: "offered", plan: planned, lack: judgement };
    case "would-not-help":
      return { kind: "not-offered", because: judgement.because, instead: judgement.instead };
  }
}
