import type { RuleRequest } from "../../../../src/core/rule-request.ts";
import { type ApplyTools, applyRule, revertRule } from "../../../../src/firewall/apply.ts";
import { runCommand } from "../../../../src/firewall/run-command.ts";
import type { RulePlan } from "../../../../src/firewall/write/plan.ts";
import { RuleFiles } from "../../../../src/state/rule-journal.ts";

/** What this program is told: a plan to carry out or to take back, behind these words, and when it is killed. */
export interface ApplyOrder {
  readonly does: "apply" | "revert";
  readonly prefix: readonly string[];
  readonly state: string;
  readonly request: RuleRequest;
  readonly plan: RulePlan;
  /** The command, counted from 0, before or behind which it dies. */
  readonly dies: { readonly at: number; readonly when: "before" | "behind" };
}

const order = JSON.parse(process.argv[2]!) as ApplyOrder;
let count = 0;

function dieIf(when: ApplyOrder["dies"]["when"], at: number): void {
  if (at === order.dies.at && when === order.dies.when) process.kill(process.pid, "SIGKILL");
}

const journal = new RuleFiles(order.state);
const tools: ApplyTools = {
  journal,
  run: async (command) => {
    const at = count++;
    dieIf("before", at);
    const ran = await runCommand({ ...command, argv: [...order.prefix, ...command.argv] });
    dieIf("behind", at);
    return ran;
  },
};

async function work(): Promise<string> {
  if (order.does === "apply") {
    return (await applyRule(order.request, order.plan, tools, { persist: true, now: new Date() })).kind;
  }
  const listed = journal.read(order.request.id);
  return listed?.kind === "entry" ? (await revertRule(listed.entry, tools)).kind : "nothing to take back";
}

console.log(await work());
