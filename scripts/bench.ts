/**
 * How much portguard costs, measured in one run: medians, each beside the bare command's. Never part of the tests: what
 * it says depends on the machine and on what else runs there. `npm run bench -- start bind` measures only these.
 */
import { measureBind } from "./bench/bind.ts";
import { measureMemory } from "./bench/memory.ts";
import { measureReach } from "./bench/reach.ts";
import { measureRequests } from "./bench/requests.ts";
import type { Finding, Row } from "./bench/row.ts";
import { ROUNDS } from "./bench/row.ts";
import { measureRules } from "./bench/rules.ts";
import { measureStart } from "./bench/start.ts";
import { measureWho } from "./bench/who.ts";

const MEASURES: Record<string, () => Promise<readonly Finding[]>> = {
  start: measureStart,
  bind: measureBind,
  requests: measureRequests,
  memory: measureMemory,
  reach: measureReach,
  who: measureWho,
  rules: measureRules,
};

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in MEASURES));
  if (unknown !== undefined)
    throw new Error(`no measure \`${unknown}\`: there are ${Object.keys(MEASURES).join(", ")}`);
  console.log(`medians of ${ROUNDS}, taken in turn`);
  for (const [name, measure] of Object.entries(MEASURES))
    if (names.length === 0 || names.includes(name)) for (const finding of await measure()) console.log(render(finding));
}

function render(finding: Finding): string {
  const what = finding.what.padEnd(46);
  if ("because" in finding) return `${what}  not measured: ${finding.because}`;
  const measured = `${format(finding.median)} ${finding.unit}`.padEnd(20);
  return `${what}  ${measured}  ${compare(finding).padEnd(32)}  ${judge(finding)}`.trimEnd();
}

function compare({ median, bare, unit }: Row): string {
  if (bare === undefined) return "";
  const difference = unit === "ms" ? `, ${median < bare ? "-" : "+"}${format(Math.abs(median - bare))} ms` : "";
  return `${(median / bare).toFixed(3)} of bare${difference}`;
}

function judge({ goal }: Row): string {
  return goal ? `goal: ${goal.text}: ${goal.met ? "met" : "missed"}` : "";
}

function format(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`portguard: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
