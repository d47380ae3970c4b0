import type { RuleRequest } from "../../../../src/core/rule-request.ts";
import { applyRule } from "../../../../src/firewall/apply.ts";
import { runCommand } from "../../../../src/firewall/run-command.ts";
import type { RulePlan } from "../../../../src/firewall/write/plan.ts";
import { RuleFiles } from "../../../../src/state/rule-journal.ts";

/** What this program is told: a plan to carry out, behind these words, and the moment at which it is killed. */
export interface ApplyOrder {
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

const applied = await applyRule(
  order.request,
  order.plan,
  {
    journal: new RuleFiles(order.state),
    run: async (command) => {
      const at = count++;
      dieIf("before", at);
      const ran = await runCommand({ ...command, argv: [...order.prefix, ...command.argv] });
      dieIf("behind", at);
      return ran;
    },
  },
  { persist: true, now: new Date() },
);
console.log(applied.kind);
