import { readFileSync } from "node:fs";
import { PortguardError } from "../../core/error.ts";
import type { Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import { type Seen, seen, unseen } from "../../core/seen.ts";
import { readHost } from "../../firewall/gather-clients.ts";
import { type Look, readText } from "../../firewall/gather-rule-facts.ts";
import type { RuleSet } from "../../firewall/model.ts";
import type { Host } from "../../firewall/packet.ts";
import { readLive } from "../../firewall/read.ts";
import { runCommand } from "../../firewall/run-command.ts";
import type { Facts } from "../facts.ts";
import { findMeantTries, findServingAt, type Try } from "../reading/tries.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import type { RuledWays } from "../ruled-way.ts";
import { readFirewalld } from "./firewalld.ts";
import { judgeWays } from "./judge-ways.ts";
import type { MoreContext } from "./more-context.ts";
import { tryBehind } from "./behind.ts";
import { type AskedWay, isFromHere, listOutsideWays, listWays } from "./ways.ts";
import { judgeByMacos } from "./macos-ways.ts";
import { judgeByWindows } from "./windows-ways.ts";

type Asked = Omit<Facts, "more">;

/**
 * What this machine's rules do with the connections that are asked about. Nothing where they have no say in it, or what
 * connect() got leaves no question: no tool is run then.
 */
export async function readFirewall(asked: Asked, context: MoreContext): Promise<Seen<RuledWays> | undefined> {
  const facts: Facts = { ...asked, more: {} };
  const isHere = isFromHere(asked.request.from);
  if (!(isHere ? isOpen(facts) : asked.isLocal)) return undefined;
  const { os } = context;
  const host = readHost(asked.interfaces, { readText: readOwnFile });
  const ways = listWays(asked, context.network, host);
  if (ways.length === 0) return isHere ? undefined : unseen(describeNoWay(facts));
  switch (os.name) {
    case "windows":
      return readInward(facts, ways, {
        judge: (inward) => judgeByWindows(facts, inward, context),
        hint: "`netsh advfirewall firewall show rule name=all dir=out` shows the others",
      });
    case "macos":
      return readInward(facts, ways, {
        judge: (inward) => judgeByMacos(facts, inward, lookWith(os).run),
        hint: "`sudo pfctl -s rules` shows the others",
      });
    case "linux":
      return readLinux(facts, ways, { os, host, network: context.network });
  }
}

/** Rules for what goes out are left aside, and so is what a machine says to itself, which passes most of them by. */
async function readInward(
  facts: Facts,
  ways: readonly AskedWay[],
  { judge, hint }: { readonly judge: (inward: readonly AskedWay[]) => Promise<Seen<RuledWays>>; readonly hint: string },
): Promise<Seen<RuledWays> | undefined> {
  const inward = ways.filter(({ packet }) => packet.way.kind === "in");
  if (inward.length > 0) return judge(inward);
  const isOut = ways.some(({ packet }) => packet.way.kind === "out");
  return isOut ? unlessRefused(facts, unseen("only rules for what comes in are read here", hint)) : undefined;
}

async function readLinux(
  facts: Facts,
  ways: readonly AskedWay[],
  { os, host, network }: { readonly os: Os; readonly host: Host; readonly network: Network },
): Promise<Seen<RuledWays> | undefined> {
  const look = lookWith(os);
  const rules = await readRuleSet(look);
  if (rules.kind === "unseen") return unlessRefused(facts, rules);
  const judged = judgeAll(facts, rules.value, { ways, host });
  const linuxWays = judged.ways.filter((way) => way.by === "linux");
  const [firewalld, behind] = await Promise.all([
    readFirewalld(linuxWays, facts.request.target, look),
    tryBehind(facts, linuxWays, network),
  ]);
  return seen({ ...judged, behind, docker: findDocker(rules.value, look), ...(firewalld && { firewalld }) });
}

/** Docker's chains, by their names in both of its backends. */
function findDocker({ tables }: RuleSet, look: Pick<Look, "readText">): NonNullable<RuledWays["docker"]> {
  const isDockers = tables.some(
    ({ name, chains }) => name.startsWith("docker-") || [...chains.keys()].some((chain) => chain.startsWith("DOCKER")),
  );
  if (isDockers) return "there";
  return /"iptables"\s*:\s*false/.test(look.readText("/etc/docker/daemon.json") ?? "") ? "left-out" : "gone";
}

function judgeAll(
  facts: Facts,
  rules: RuleSet,
  { ways, host }: { readonly ways: readonly AskedWay[]; readonly host: Host },
): RuledWays {
  const isRefused = isFromHere(facts.request.from) && facts.isLocal && isOnlyRefused(facts);
  const outside = isRefused ? listOutsideWays(facts, host) : [];
  return { ways: judgeWays(rules, ways), outside: judgeWays(rules, outside), missing: rules.notes };
}

function isLost({ met }: Try): boolean {
  return met === "silence" || met === "other";
}

/** Whether what was tried from here leaves something to ask the rules. */
function isOpen(facts: Facts): boolean {
  const tries = findMeantTries(facts);
  return tries.length > 0 && (!tries.some(({ met }) => met === "answer") || tries.some(isLost));
}

/** A refusal where nobody listens is mostly just that: rules that may not be read are no check that is missing. */
function unlessRefused<T extends Seen<RuledWays>>(facts: Facts, answer: T): T | undefined {
  if (!isFromHere(facts.request.from) || !isOnlyRefused(facts)) return answer;
  const isServed = facts.isLocal && findMeantTries(facts).some(({ to }) => findServingAt(facts, to).length > 0);
  return isServed ? answer : undefined;
}

function isOnlyRefused(facts: Facts): boolean {
  return findMeantTries(facts).every(({ met }) => met === "refused");
}

function describeNoWay({ request: { from, target } }: Facts): string {
  if (from.kind === "container") return "this machine has no network of containers";
  return `no interface of this machine is known by which ${describeVantage(from)} would come to ${target.text}`;
}

async function readRuleSet(look: Look): Promise<Seen<RuleSet>> {
  try {
    return await readLive(async (argv) => (look.hasProgram(argv[0] ?? "") ? readText(look, ...argv) : undefined));
  } catch (error) {
    if (error instanceof PortguardError) return unseen(error.what, error.hint);
    throw error;
  }
}

/** Where the tools of administrators are, which the PATH of others often lacks. */
const ADMIN_FOLDERS = ["", "/usr/local/sbin/", "/usr/sbin/", "/sbin/"];

function lookWith(os: Os): Look {
  const find = (name: string) =>
    ADMIN_FOLDERS.map((folder) => os.findCommand(`${folder}${name}`)).find(({ kind }) => kind === "found");
  return {
    run: async ({ argv: [name = "", ...args] }) => {
      const found = find(name);
      return runCommand({ argv: [found?.kind === "found" ? found.path : name, ...args] });
    },
    readText: readOwnFile,
    hasProgram: (name) => find(name) !== undefined,
  };
}

function readOwnFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
