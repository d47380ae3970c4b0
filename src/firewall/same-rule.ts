import type { RuleEntry } from "../core/rule-journal.ts";
import type { Backend, RuleRequest } from "../core/rule-request.ts";

/** The rule of the journal that was asked for in the same words: asking again is about that one, and makes no second one. */
export function findSameRule(
  entries: readonly RuleEntry[],
  request: RuleRequest,
  backend: Backend,
): RuleEntry | undefined {
  return entries.find(
    (entry) => entry.backend === backend && Bun.deepEquals({ ...entry.request, id: request.id }, request),
  );
}
