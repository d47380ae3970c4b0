import type { RuleEntry } from "../core/rule-journal.ts";
import type { Step } from "../core/step.ts";
import { renderJson } from "./json.ts";
import { clearing, isLeftover, type ListedEntry, type ShownOffer } from "./rule-text.ts";

/** What became of it, for `state`. */
export type RuleState = "offered" | "applied" | "nothing-to-do" | "not-offered";

/** The plan of an offer, each step with its argv. */
export function renderOfferJson(
  state: Extract<RuleState, "offered" | "applied">,
  { request, rule, now, owner, lack }: ShownOffer,
  more: object = {},
): string {
  return renderJson({
    ok: state === "applied" || lack?.kind !== "half",
    state,
    backend: rule.backend,
    owner,
    rule: request,
    now,
    apply: rule.apply.map(showStep),
    verify: rule.verify.map(showStep),
    persist: rule.persist.map(showStep),
    revert: rule.revert.map(showStep),
    notes: rule.notes,
    ...(lack?.kind === "unknown" && { doubt: lack.because }),
    ...(lack?.kind === "half" && { half: { because: lack.because, instead: lack.instead } }),
    ...more,
  });
}

/** What `--list` knows of every rule. */
export function renderRuleListJson(
  rules: readonly ListedEntry[],
  unreadable: readonly { readonly path: string; readonly because: string }[],
): string {
  return renderJson({
    ok: true,
    rules: rules.map(({ entry, standing }) => ({ ...showEntry(entry), standing, ...showClearing(entry, standing) })),
    unreadable: unreadable.map(({ path, because }) => ({ path, because })),
  });
}

/** What takes away what is left of a rule that is no longer in force. */
function showClearing({ id }: RuleEntry, standing: ListedEntry["standing"]): object {
  return isLeftover(standing) ? { clear: clearing(id) } : {};
}

export function showEntry({ id, backend, request, createdAt, until, state }: RuleEntry): object {
  return { id, backend, rule: request, createdAt, until, state };
}

/** What is run, without what decides whether it is. */
export function showStep({ what, argv, input, risk, each }: Step): object {
  return { what, argv, input, risk, each };
}
