import type { RuleRequest } from "../core/rule-request.ts";
import type { Judgement } from "./plan-rule.ts";
import type { PlannedRule, RulePlan } from "./write/plan.ts";

/** What becomes of one client, with some rules more than there are. */
export interface Fate {
  readonly kind: "passes" | "blocked" | "unknown";
  /** One line with the real values; completes "it is blocked: …". */
  readonly because: string;
  /** What would have to change for it to be otherwise, where a rule is to blame: one line. */
  readonly mend?: string;
}

/** A client that a request is about. */
export interface Client {
  /** `192.168.1.2 → 192.168.1.20:8000`. */
  readonly text: string;
  readonly fateWith: (planned: readonly PlannedRule[]) => Fate;
}

/** Whether all is as the request wants it. */
export interface Standing {
  readonly kind: "as-asked" | "not" | "unknown";
  /** Of the client that decides: which one, and why. */
  readonly client: string;
  readonly because: string;
  readonly mend?: string;
}

/** How things stand with these rules added; without a client, nothing is known. */
export function standingWith(
  planned: readonly PlannedRule[],
  clients: readonly Client[],
  action: RuleRequest["action"],
): Standing {
  const wanted = action === "open" ? "passes" : "blocked";
  const fates = clients.map((client) => ({ client: client.text, fate: client.fateWith(planned) }));
  const wrong = fates.find(({ fate }) => fate.kind !== wanted && fate.kind !== "unknown");
  const [first] = fates;
  const told = wrong ?? fates.find(({ fate }) => fate.kind === "unknown") ?? first;
  if (!told) return { kind: "unknown", client: "", because: "no client could come to an address of this machine" };
  const { because, mend, kind } = told.fate;
  return {
    kind: kind === wanted ? "as-asked" : kind === "unknown" ? "unknown" : "not",
    client: told.client,
    because,
    ...(mend !== undefined && { mend }),
  };
}

/**
 * Puts a plan's rules in their places, in memory, and asks again. `now`: how things stand without them. Where `isNamed`, the
 * backend was asked for, and is offered as one step of several, too: past the rule that decides now, to the next.
 */
export function judgePlan(
  plan: RulePlan,
  now: Standing,
  clients: readonly Client[],
  { action, isNamed }: Pick<RuleRequest, "action"> & { readonly isNamed: boolean },
): Judgement {
  const after = standingWith(plan.rules, clients, action);
  switch (after.kind) {
    case "as-asked":
      return { kind: "helps" };
    case "unknown":
      return { kind: "unknown", because: after.because };
    case "not": {
      const because = `${action === "open" ? "it would still be blocked" : "it would still get in"}, ${tell(after)}`;
      // Of two that refuse, whichever comes first, it may get past one: then another one is to blame than before.
      const isNext = now.because !== after.because;
      const mend = after.mend === undefined ? [] : [after.mend];
      if (isNext && isNamed) return { kind: "half", because, instead: mend };
      const half = `it is half of what is needed: \`--backend ${plan.backend}\` has this half done first`;
      const instead = [...(isNext ? [half] : []), ...mend];
      return { kind: "would-not-help", because, instead };
    }
  }
}

/** `192.168.1.2 to 192.168.1.20:8000: dropped by …`. */
export function tell({ client, because }: Pick<Standing, "client" | "because">): string {
  return client === "" ? because : `${client}: ${because}`;
}
