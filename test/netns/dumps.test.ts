import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { PortguardError } from "../../src/core/error.ts";
import type { FirewallAnswer } from "../../src/core/firewall-answer.ts";
import type { DumpQuestion } from "../../src/firewall/dumps/question.ts";
import { askDumps, type DumpedRules, readDumps } from "../../src/firewall/dumps/read-dumps.ts";
import { need, needThat } from "../need.ts";
import { generateRules } from "./generate/ruleset.ts";
import { loadWhatIsTaken } from "./load.ts";
import { Town } from "./town.ts";

const COUNT = 20;
const CLIENTS = [
  ["10.77.0.2", ["10.77.0.1", "10.77.0.9", "192.168.5.5"]],
  ["192.168.9.9", ["10.77.0.1", "203.0.113.7"]],
  ["fd77::2", ["fd77::1", "fd77::9", "2001:db8:5::5"]],
] as const;

const canTry = needThat("root", process.getuid?.() === 0) && need("ip", "nft", "iptables", "ipset", "conntrack");

describe.if(canTry)("dumps of generated rules", () => {
  test("what is certain for whichever address and interface is so for each of them", async () => {
    using town = new Town();
    await town.open();
    const [wrong, certain] = [[] as string[], [] as string[]];
    for (let seed = 1; seed <= COUNT; seed++) {
      const dumped = await load(town, seed);
      if (!dumped) continue;
      for (const [from, addresses] of CLIENTS) {
        const question = questionOf(from);
        const whole = askDumps(dumped, question);
        if (whole.verdict === "unknown") continue;
        certain.push(`${seed} ${from}`);
        for (const to of addresses) wrong.push(...compareWith(dumped, { question, whole }, to, seed));
      }
    }
    expect(wrong).toEqual([]);
    expect(certain.length).toBeGreaterThan(COUNT / 2);
  });
});

/** What the same question is answered for one address, and for each way in to it, where that is something else. */
function compareWith(
  dumped: DumpedRules,
  { question, whole }: { readonly question: DumpQuestion; readonly whole: FirewallAnswer },
  to: string,
  seed: number,
): readonly string[] {
  return ["eth0", "eth5", "ppp0"].flatMap((name) => {
    const one = askDumps(dumped, { ...question, to: requireAddress(to), interface: name });
    const isSame = one.verdict === whole.verdict && one.errno === whole.errno;
    return isSame ? [] : [`seed ${seed}: ${one.asked}: ${one.because}, and not ${whole.because}`];
  });
}

function questionOf(from: string): DumpQuestion {
  const network = parseCidr(from)!;
  return { protocol: "tcp", port: 80, family: network.address.family, from: { kind: "network", network } };
}

/** Nothing where nft printed no JSON at all (of some dormant tables). */
async function load(town: Town, seed: number): Promise<DumpedRules | undefined> {
  await town.clear();
  for (const { argv, input } of generateRules(seed).loads) await loadWhatIsTaken(town.server, argv, input);
  try {
    return readDumps(await town.dump());
  } catch (error) {
    if (error instanceof PortguardError && error.code === "BAD_RULES") return undefined;
    throw error;
  }
}
