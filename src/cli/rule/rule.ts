import { fail } from "../../core/error.ts";
import type { Exit } from "../../core/os.ts";
import { canAsk } from "../../report/ask.ts";
import { renderOfferJson } from "../../report/rule-json.ts";
import { type Typed, renderOffer, renderRuleAnswer } from "../../report/rule-text.ts";
import { renderJson } from "../../report/json.ts";
import { formatCommand } from "../../report/shell-words.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { Invocation } from "../words/parse-args.ts";
import { type RuleArgs, parseRuleArgs } from "./rule-args.ts";
import { type Machine, entriesOf, openJournal, openMachine } from "./rule-machine.ts";
import { type Answer, offerElsewhere, offerHere } from "./rule-offer.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };
const NO: Exit = { kind: "code", code: 1 };
const NOT_KNOWN: Exit = { kind: "code", code: 3 };

type WriteArgs = Extract<RuleArgs, { kind: "write" }>;

/** `portguard rule`: args → wish → plan, judged → report, or what was done. Throws PortguardError. */
export async function runRule(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./rule-help.ts")).RULE_HELP)) return DONE;
  const args = parseRuleArgs(invocation);
  const machine = await openMachine(await services.os());
  switch (args.kind) {
    case "list":
      return (await import("./rule-list.ts")).listRules(args, machine, services.style());
    case "revert":
      return (await import("./rule-revert.ts")).revertRules(args, machine);
    case "write":
      return write(args, machine, invocation.words);
  }
}

async function write(args: WriteArgs, machine: Machine, words: readonly string[]): Promise<Exit> {
  const { wish, backend, system = machine.os.name, apply } = args;
  const isElsewhere = system !== machine.os.name;
  if (apply) refuseApply(args, machine, isElsewhere);
  const answer = isElsewhere
    ? offerElsewhere(wish, backend, system, machine)
    : await offerHere(wish, backend, machine, apply ? entriesOf(openJournal(machine.os).list()) : []);
  if (answer.kind !== "offered") return tellNo(answer, args);
  if (apply) return (await import("./rule-apply.ts")).applyOffer(answer, args, machine);
  const { offer } = answer;
  const typed: Typed = { system, sudo: isElsewhere ? system !== "windows" : machine.sudo };
  if (args.json) writeAnswer(renderOfferJson("offered", offer));
  else if (!args.quiet) {
    const again = isElsewhere ? [] : [[`\`${spellAgain(words, typed)}\` does it, and can take it back`]];
    writeSpans([...renderOffer(offer, typed), ...again], styleOfStdout(args.color));
  }
  return offer.lack === undefined ? DONE : offer.lack.kind === "half" ? NO : NOT_KNOWN;
}

function refuseApply({ yes, json }: WriteArgs, { os, isRoot }: Machine, isElsewhere: boolean): void {
  if (isElsewhere)
    fail("BAD_USAGE", `this machine has ${os.name}: a rule for another one is only printed`, "leave --apply out");
  if (!yes && (json || !canAsk())) {
    fail("BAD_USAGE", "--apply changes the firewall, and there is nobody to ask", "add --yes");
  }
  if (!isRoot) fail("NEEDS_ROOT", "only root may change the firewall", "run it with sudo");
}

/** The same line, with what does it. */
function spellAgain(words: readonly string[], { system, sudo }: Typed): string {
  const again = ["portguard", "rule", ...words.filter((word) => word !== "--dry-run"), "--apply"];
  return formatCommand(sudo ? ["sudo", ...again] : again, system);
}

function tellNo(answer: Exclude<Answer, { kind: "offered" }>, { json, quiet, color }: WriteArgs): Exit {
  const ok = answer.kind === "nothing-to-do";
  const instead = answer.kind === "not-offered" ? answer.instead : [];
  if (json) writeAnswer(renderJson({ ok, state: answer.kind, because: answer.because, instead }));
  else if (!ok || !quiet) {
    const style = styleOfStdout(color);
    const head = ok ? answer.because : `no rule is offered: ${answer.because}`;
    writeSpans([renderRuleAnswer(ok ? "good" : "bad", head, style), ...instead.map((line) => [`  ${line}`])], style);
  }
  return ok ? DONE : NO;
}
