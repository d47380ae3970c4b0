import { PortguardError } from "../../src/core/error.ts";
import type { RuleSet } from "../../src/firewall/model.ts";
import { type Dump, readRules } from "../../src/firewall/read.ts";
import { generateRules } from "./generate/ruleset.ts";
import { loadWhatIsTaken } from "./load.ts";
import {
  type Compared,
  type Probe,
  byDatagram,
  compare,
  fromClient,
  fromContainer,
  throughServer,
  toClient,
  toItself,
} from "./probes.ts";
import type { Town } from "./town.ts";

/** One generated ruleset, and how its verdicts stood up to the kernel. */
export interface Trial {
  readonly seed: number;
  readonly compared: readonly Compared[];
}

/** From every side, in both families. */
export const PROBES: readonly Probe[] = [
  ...(["v4", "v6"] as const).flatMap((family) => [
    fromClient(family, 80),
    fromClient(family, 81, 1),
    fromClient(family, 443, 0, 1),
    fromClient(family, 8080, 1, 1),
    throughServer(family, 80),
    throughServer(family, 8000),
    fromContainer(family, 80),
    toClient(family, 80),
    byDatagram(fromClient(family, 80)),
    byDatagram(throughServer(family, 443)),
    byDatagram(toClient(family, 81)),
  ]),
  toItself("127.0.0.1", 80),
  toItself("10.77.0.1", 82),
  toItself("::1", 81),
  toItself("fd77::1", 80),
  byDatagram(toItself("127.0.0.1", 8000)),
];

/** Loads the rules for real, reads back what the tools say of them, and sends every probe. */
export async function tryRules(town: Town, seed: number): Promise<Trial> {
  await town.clear();
  const { loads } = generateRules(seed);
  for (const { argv, input } of loads) await loadWhatIsTaken(town.server, argv, input);
  const rules = readOrRefuse(await town.dump(), loads.map(({ input }) => input).join());
  return { seed, compared: rules ? await compare(town, rules, PROBES) : [] };
}

/** Nothing where nft 1.0.6 printed no JSON at all: of a dormant table's flags it prints memory that it has given back. */
function readOrRefuse(dumps: readonly Dump[], loaded: string): RuleSet | undefined {
  try {
    return readRules(dumps);
  } catch (error) {
    const isGarbled = error instanceof PortguardError && error.code === "BAD_RULES" && loaded.includes("flags dormant");
    if (isGarbled) return undefined;
    throw error;
  }
}

/** A connection that is cut off as soon as it is made may look like one, or like its end: that is a race. */
export function isWrong({ expected, got, verdict: { afterwards } }: Compared): boolean {
  return expected !== undefined && expected !== got && !(afterwards && [afterwards.errno, "ECONNRESET"].includes(got));
}
