import type { Diagnosis } from "../../core/diagnosis.ts";
import { fail } from "../../core/error.ts";
import type { Exit, Os } from "../../core/os.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { renderReachJson, type ShownFix } from "../../report/reach-json.ts";
import { renderHead } from "../../report/reach-text.ts";
import { describeRequest, renderOffer, renderRuleAnswer } from "../../report/rule-text.ts";
import type { SpanLine } from "../../report/spans.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { ReachArgs, ReachFix } from "./reach-args.ts";
import { diagnoseTarget, exitOf, tell } from "./reach-tell.ts";
import { carryOutOffer, type Outcome, renderOutcome } from "../rule/rule-apply.ts";
import { parseRuleArgs, type RuleWish } from "../rule/rule-args.ts";
import { entriesOf, type Machine, openJournal, openMachine } from "../rule/rule-machine.ts";
import { type Answer, offerHere } from "../rule/rule-offer.ts";

type Question = Extract<ReachArgs, { kind: "diagnose" }>;
type Offered = Extract<Answer, { kind: "offered" }>;

/** What came of it: as scripts read it, and as people do. */
interface Fixed {
  readonly shown: Omit<ShownFix, "before">;
  readonly lines: readonly SpanLine[];
}

/**
 * Tells why the target can't be reached, and applies the firewall rule that mends it, as `portguard rule` would: planned,
 * asked, written down, verified. Nothing but such a rule is ever applied here. Then the target is asked for again.
 */
export async function fixTarget(question: Question, fix: ReachFix, os: Os): Promise<Exit> {
  const { request, report, json, color } = question;
  if (fix === "ask" && (json || !canAsk())) {
    fail("BAD_USAGE", "--fix changes the firewall, and there is nobody to ask", "add --yes, or --dry-run to see it");
  }
  const before = await diagnoseTarget(request, os);
  if (!json) await tell(before, os, { report, color });
  const { shown, lines } = await mend(before, { ...question, fix }, os);
  const after = shown.state === "applied" ? await diagnoseTarget(request, os) : before;
  if (json) writeAnswer(renderReachJson(after, { ...shown, before: before.verdict }));
  else {
    const style = styleOfStdout(color);
    const view = { system: os.name, style, path: false, trace: false };
    const notes = after.notes.map((note): SpanLine => [`note: ${note}`]);
    writeSpans([[], ...lines, ...(after === before ? [] : [[], ...renderHead(after, view), ...notes])], style);
  }
  return exitOf(after);
}

async function mend(
  diagnosis: Diagnosis,
  { color, fix, json }: Question & { readonly fix: ReachFix },
  os: Os,
): Promise<Fixed> {
  const style = styleOfStdout(color);
  const remedy = findRemedy(diagnosis);
  if (!remedy) return sayNone(diagnosis);
  const machine = await openMachine(os);
  if (fix !== "dry-run" && !machine.isRoot) {
    fail("NEEDS_ROOT", "only root may change the firewall", "run it with sudo");
  }
  const answer = await offerHere(remedy.wish, undefined, machine, entriesOf(openJournal(os).list()));
  const about = { code: remedy.code, steps: [] };
  if (answer.kind !== "offered") {
    const isNothing = answer.kind === "nothing-to-do";
    const instead = answer.kind === "not-offered" ? answer.instead.map((line) => [`  ${line}`]) : [];
    const what = isNothing ? answer.because : `no rule is offered: ${answer.because}`;
    return { shown: { ...about, state: answer.kind, what }, lines: [renderRuleAnswer("bad", what, style), ...instead] };
  }
  const plan = describePlan(answer, remedy.code);
  const offered = renderOffer(answer.offer, { system: os.name, sudo: machine.sudo });
  if (fix === "dry-run") {
    const what = `would ${describeRequest(answer.offer.request)}, by ${answer.plan.backend}; nothing was changed`;
    return { shown: { ...plan, state: "offered", what }, lines: [...offered, [what]] };
  }
  if (fix === "ask" && !json) {
    writeSpans([[], ...offered], style);
    if (!askYes(`${describeRequest(answer.offer.request)}, by ${answer.plan.backend}?`)) {
      const what = "nothing was changed";
      return { shown: { ...plan, state: "refused", what }, lines: [renderRuleAnswer("bad", what, style)] };
    }
  }
  const outcome = await carryOutOffer(answer, machine);
  return { shown: { ...plan, ...describeOutcome(outcome, answer, machine) }, lines: renderOutcome(outcome, style) };
}

interface MendingRule {
  readonly code: string;
  readonly wish: RuleWish;
}

/** The first finding that a rule of ours mends: what its remedy says is what is done, word for word. */
function findRemedy({ findings }: Diagnosis): MendingRule | undefined {
  for (const { code, remedies } of findings) {
    for (const argv of remedies.flatMap(({ commands }) => commands)) {
      const words = argv[0] === "sudo" ? argv.slice(1) : argv;
      if (words[0] !== "portguard" || words[1] !== "rule") continue;
      const args = parseRuleArgs({ words: words.slice(2), command: undefined });
      if (args.kind === "write") return { code, wish: args.wish };
    }
  }
  return undefined;
}

function sayNone({ verdict, findings }: Diagnosis): Fixed {
  const isWell = verdict === "reachable" && findings.length === 0;
  const what = isWell ? "there is nothing to fix" : "no firewall rule mends this: nothing was changed";
  return { shown: { state: "none", what, steps: [] }, lines: [[what]] };
}

function describePlan({ plan }: Offered, code: string) {
  const steps = [...plan.apply, ...plan.persist].map(({ what, argv }) => ({ what, argv }));
  return { code, backend: plan.backend, steps };
}

function describeOutcome({ kind, text }: Outcome, { offer }: Offered, { sudo }: Machine) {
  const back = ["portguard", "rule", "--revert", offer.request.id];
  const isThere = kind === "applied" || kind === "unchanged";
  return { state: kind, what: text, ...(isThere && { revert: sudo ? ["sudo", ...back] : back }) };
}
