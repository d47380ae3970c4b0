import { parseArgs } from "node:util";
import { type Compared, describe } from "./probes.ts";
import { type Trial, isWrong, tryRules } from "./trial.ts";
import { Town } from "./town.ts";

/** `bun test/netns/run.ts --count 500 [--from 1] [--lanes 4]`: that many generated rulesets, from that seed on. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { count: { type: "string" }, from: { type: "string" }, lanes: { type: "string" } },
  });
  const [count, from, lanes] = [Number(values.count ?? 500), Number(values.from ?? 1), Number(values.lanes ?? 4)];
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const trials = (await Promise.all(Array.from({ length: lanes }, () => runLane(seeds)))).flat();
  const all = trials.flatMap(({ compared }) => compared);
  const wrong = all.filter(isWrong).length;
  const unknown = all.filter(({ expected }) => expected === undefined);
  const kinds = Object.entries(Object.groupBy(all, ({ got }) => got)).map(([kind, of]) => `${kind} ${of?.length}`);
  console.log(`${trials.length} rulesets (seeds ${from} to ${from + count - 1}), ${all.length} connections`);
  console.log(`${wrong} wrong, ${unknown.length} unknown; the kernel: ${kinds.join(", ")}`);
  for (const line of reasons(unknown)) console.log(line);
  process.exitCode = wrong === 0 && trials.length === count ? 0 : 1;
}

/** Why nothing certain could be said, the most frequent reason first; what differs from rule to rule is left out. */
function reasons(unknown: readonly Compared[]): string[] {
  const because = unknown.map(({ verdict }) => verdict.because.replace(/: (?:rule|the policy) .*$/, ""));
  const counted = [...Map.groupBy(because, (each) => each)].map(([each, of]) => [of.length, each] as const);
  return counted.toSorted(([a], [b]) => b - a).map(([times, each]) => `  ${times} × ${each}`);
}

async function runLane(seeds: number[]): Promise<Trial[]> {
  using town = new Town();
  await town.open();
  const trials: Trial[] = [];
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    try {
      const trial = await tryRules(town, seed);
      trials.push(trial);
      for (const each of trial.compared.filter(isWrong)) console.log(`seed ${seed}: ${describe(each)}`);
    } catch (error) {
      console.log(`seed ${seed}: ${String(error).slice(0, 400)}`);
    }
  }
  return trials;
}

await main();
