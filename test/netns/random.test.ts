import { describe, expect, test } from "bun:test";
import { need, needThat } from "../need.ts";
import { describe as say } from "./probes.ts";
import { Town } from "./town.ts";
import { type Trial, isWrong, tryRules } from "./trial.ts";

/** `PORTGUARD_NETNS_COUNT`, `PORTGUARD_NETNS_FROM`; far more at once: `bun test/netns/run.ts --count 1000`. */
const COUNT = Number(process.env["PORTGUARD_NETNS_COUNT"] ?? 40);
const FROM = Number(process.env["PORTGUARD_NETNS_FROM"] ?? 1);
const LANES = 4;

const canTry = needThat("root", process.getuid?.() === 0) && need("ip", "nft", "iptables", "ipset", "conntrack");

describe.if(canTry)("generated rules", () => {
  test(`${COUNT} rulesets: where a verdict is certain, it is what connect() gets`, async () => {
    const seeds = Array.from({ length: COUNT }, (_, index) => FROM + index);
    const trials = (await Promise.all(Array.from({ length: LANES }, () => runLane(seeds)))).flat();
    const wrong = trials.flatMap(({ seed, compared }) =>
      compared.filter(isWrong).map((each) => `seed ${seed}: ${say(each)}`),
    );
    expect(wrong).toEqual([]);
    expect(trials).toHaveLength(COUNT);
    // Rules that let everything through, or a walk that is certain of nothing, would prove nothing.
    const all = trials.flatMap(({ compared }) => compared);
    const isCertain = all.filter(({ expected }) => expected !== undefined).length / all.length;
    expect(isCertain).toBeGreaterThan(0.95);
    if (COUNT >= 40) expect(new Set(all.map(({ got }) => got)).size).toBeGreaterThan(4);
  });
});

async function runLane(seeds: number[]): Promise<Trial[]> {
  using town = new Town();
  await town.open();
  const trials: Trial[] = [];
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) trials.push(await tryRules(town, seed));
  return trials;
}
