import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import type { Exit } from "../../core/os.ts";
import { askDumps, readDumps } from "../../firewall/dumps/read-dumps.ts";
import { renderFirewallAnswer, renderTrace } from "../../report/firewall-text.ts";
import { renderRulesJson } from "../../report/reach-json.ts";
import type { ColorMode } from "../../report/style.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { RulesArgs } from "./reach-rules-args.ts";
import { readRuleFiles } from "./read-rule-files.ts";

/** Asks the rules of a dump, and nothing else: this machine is neither read nor contacted. Throws BAD_RULES. */
export function answerByRules(
  { files, question, target, from, trace, quiet }: RulesArgs,
  { json, color }: { readonly json: boolean; readonly color: ColorMode },
): Exit {
  const answer = askDumps(readDumps(readRuleFiles(files)), question);
  const style = styleOfStdout(color);
  if (json) writeAnswer(renderRulesJson(target, from, answer));
  else if (!quiet || answer.verdict !== "accept") {
    writeSpans([...renderFirewallAnswer(answer, style), ...(trace ? [[], ...renderTrace(answer, style)] : [])], style);
  }
  return exitOf(answer);
}

function exitOf({ verdict }: FirewallAnswer): Exit {
  switch (verdict) {
    case "accept":
      return { kind: "code", code: 0 };
    case "drop":
    case "reject":
      return { kind: "code", code: 1 };
    case "unknown":
      return { kind: "code", code: 3 };
  }
}
