import { generateTable } from "./nft.ts";
import { generateDeviceTable } from "./nft-devices.ts";
import type { Family } from "./nft-sets.ts";
import { Random } from "./random.ts";
import { generateIpSets } from "./ipsets.ts";
import { generateSave } from "./xtables.ts";

/** What is loaded, by the tool that loads it, in this order. */
export interface Generated {
  readonly seed: number;
  readonly loads: readonly { readonly argv: readonly string[]; readonly input: string }[];
}

/** The same rules for the same seed: native tables, iptables in either variant, or both. */
export function generateRules(seed: number): Generated {
  const random = new Random(seed);
  const kind = random.pick(["native", "native", "xtables", "mixed"] as const);
  const loads: { argv: string[]; input: string }[] = [];
  if (kind !== "native") {
    loads.push({ argv: ["ipset", "restore"], input: generateIpSets(random) });
    for (const family of [4, 6] as const) {
      const variants = random.weigh<readonly string[]>([
        [3, ["nft"]],
        [2, ["legacy"]],
        [1, ["nft", "legacy"]],
      ]);
      for (const variant of variants) {
        const tool = `ip${family === 6 ? "6" : ""}tables-${variant}-restore`;
        loads.push({ argv: [tool], input: generateSave(random, family) });
      }
    }
  }
  if (kind !== "xtables") {
    const count = 1 + random.below(3);
    const tables = Array.from({ length: count }, (_, index) => {
      const family = random.weigh<Family>([
        [3, "inet"],
        [1, "ip"],
        [1, "ip6"],
      ]);
      return generateTable(random, family, `t${index}`);
    });
    if (random.chance(0.2)) tables.push(generateDeviceTable(random));
    loads.push({ argv: ["nft", "-f", "-"], input: tables.join("") });
  }
  return { seed, loads };
}
