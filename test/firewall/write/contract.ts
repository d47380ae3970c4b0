import { expect } from "bun:test";
import { join } from "node:path";
import { formatCidr } from "../../../src/core/cidr.ts";
import type { Backend, RuleRequest } from "../../../src/core/rule-request.ts";
import { type Applied, applyRule, revertRule } from "../../../src/firewall/apply.ts";
import { planRule } from "../../../src/firewall/plan-rule.ts";
import type { RulePlan } from "../../../src/firewall/write/plan.ts";
import { type Arena, PORTS } from "./arena.ts";
import type { ApplyOrder } from "./programs/apply.ts";

/** The request of most tests: one port, for the networks this machine is on. */
export const FOR_LAN: RuleRequest = {
  id: "test1",
  action: "open",
  protocol: "tcp",
  ports: { first: PORTS.asked, last: PORTS.asked },
  from: { kind: "lan" },
};

export const OPEN_RANGE: RuleRequest = {
  ...FOR_LAN,
  id: "test2",
  ports: { first: PORTS.asked, last: PORTS.last },
  from: { kind: "anywhere" },
};

/** The plan for a request on this machine, as it is. */
export async function planHere(arena: Arena, backend: Backend, request: RuleRequest): Promise<RulePlan> {
  const { facts } = await arena.look(request);
  const planned = planRule(backend, request, facts);
  if (planned.kind === "no-plan") throw new Error(`${planned.because}: ${planned.hint}`);
  return planned;
}

export function apply(arena: Arena, request: RuleRequest, plan: RulePlan): Promise<Applied> {
  const { journal, run } = arena;
  const listed = journal.read(request.id);
  const existing = listed?.kind === "entry" ? { existing: listed.entry } : {};
  return applyRule(
    request,
    plan,
    { run, journal },
    { persist: request.forMs === undefined, now: new Date(), ...existing },
  );
}

const NOTHING_LEFT = "nothing of it was there any more";

/** Takes a rule back with nothing but the journal. */
export async function revert(arena: Arena, id: string): Promise<void> {
  const { journal, run } = arena;
  const listed = journal.read(id);
  if (listed?.kind !== "entry") throw new Error(`no entry for ${id}: ${JSON.stringify(listed)}`);
  const reverted = await revertRule(listed.entry, { run, journal });
  expect(reverted.kind).toBe("reverted");
  // A crash may have come before anything was done.
  const odd = reverted.kind === "reverted" ? reverted.notes.filter((note) => note !== NOTHING_LEFT) : [];
  expect(odd).toEqual([]);
  expect(journal.list()).toEqual([]);
}

/** The rules stand where the plan says, and as an evaluator was told them. */
async function expectInPlace(arena: Arena, plan: RulePlan): Promise<void> {
  const inEach = Map.groupBy(plan.rules, ({ place, family }) =>
    JSON.stringify([place, place.kind === "nft" || family]),
  );
  for (const rules of inEach.values()) {
    const [{ place, family } = {}] = rules;
    if (place?.kind === "nft") {
      const listed = JSON.parse(await arena.told("nft", "-j", "list", "chain", place.family, place.table, place.chain));
      const there = (listed.nftables as { rule?: { expr: unknown } }[]).flatMap(({ rule }) =>
        rule ? [rule.expr] : [],
      );
      const ends = place.at === "first" ? there.slice(0, rules.length).toReversed() : there.slice(-rules.length);
      expect(ends).toEqual(rules.map(({ expr }) => expr));
    }
    if (place?.kind !== "xtables") continue;
    const listed = await arena.told(family === 6 ? "ip6tables" : "iptables", "-S", place.chain);
    const there = listed.split("\n").filter((line) => line.startsWith("-A"));
    const ends = place.at === "first" ? there.slice(0, rules.length).toReversed() : there.slice(-rules.length);
    for (const [index, { match, verdict }] of rules.entries()) {
      if (match.source) expect(ends[index]).toContain(` -s ${formatCidr(match.source)} `);
      expect(ends[index]).toContain(`dport ${match.ports.first} `);
      expect(ends[index]).toEndWith(verdict === "accept" ? "-j ACCEPT" : "-j DROP");
    }
  }
}

/** What must hold of every backend whose rules refuse the client everything. `refused`: what it gets. */
export async function expectWholeLife(arena: Arena, backend: Backend, rules: () => Promise<string>): Promise<void> {
  const before = await rules();
  const asked = [`10.77.0.1#${PORTS.asked}`, `fd77::1#${PORTS.asked}`];
  const others = [`10.77.0.1#${PORTS.other}`, `fd77::1#${PORTS.other}`, `10.78.0.2>10.78.0.1#${PORTS.asked}`];
  const blocked = arena.connect(...asked, ...others, `fd78::2>fd78::1#${PORTS.asked}`);
  expect(blocked).not.toContain("connected");

  const plan = await planHere(arena, backend, FOR_LAN);
  expect(await apply(arena, FOR_LAN, plan)).toMatchObject({ kind: "applied", changed: true });
  const after = arena.connect(...asked, ...others, `fd78::2>fd78::1#${PORTS.asked}`);
  expect(after).toEqual(["connected", "connected", ...blocked.slice(2)]);

  await expectInPlace(arena, plan);
  const applied = await rules();
  expect(await apply(arena, FOR_LAN, await planHere(arena, backend, FOR_LAN))).toMatchObject({
    kind: "applied",
    changed: false,
  });
  expect(await rules()).toBe(applied);

  await revert(arena, FOR_LAN.id);
  expect(await rules()).toBe(before);
  expect(arena.connect(...asked)).toEqual(blocked.slice(0, 2));
}

/** A range from everywhere: its ends are open, what is next to it is not. */
export async function expectRange(arena: Arena, backend: Backend, rules: () => Promise<string>): Promise<void> {
  const before = await rules();
  const plan = await planHere(arena, backend, OPEN_RANGE);
  expect(await apply(arena, OPEN_RANGE, plan)).toMatchObject({ kind: "applied", changed: true });
  const ends = [`10.77.0.1#${PORTS.asked}`, `fd78::2>fd78::1#${PORTS.last}`, `10.78.0.2>10.78.0.1#${PORTS.last}`];
  const [first, second, third, beside] = arena.connect(...ends, `10.77.0.1#${PORTS.beside}`);
  expect([first, second, third]).toEqual(["connected", "connected", "connected"]);
  expect(beside).not.toBe("connected");
  await revert(arena, OPEN_RANGE.id);
  expect(await rules()).toBe(before);
}

/**
 * Killed at each command, before and behind it, an application leaves what the journal alone can take back, and so does
 * taking back. Answers how many of the first deaths had left something behind.
 */
export async function expectCrashesClean(
  arena: Arena,
  backend: Backend,
  rules: () => Promise<string>,
  request = FOR_LAN,
): Promise<number> {
  const before = await rules();
  const plan = await planHere(arena, backend, request);
  const order = { prefix: arena.prefix, state: arena.state, request, plan } as const;
  const clean = async () => {
    if (arena.journal.read(request.id)) await revert(arena, request.id);
    expect(await rules()).toBe(before);
  };
  let dirty = 0;
  for (const [at, when] of moments()) {
    const hasDied = die({ ...order, does: "apply", dies: { at, when } }, "applied");
    if ((await rules()) !== before) dirty++;
    await clean();
    if (!hasDied) break;
  }
  for (const [at] of moments().filter(([, when]) => when === "behind")) {
    expect(await apply(arena, request, plan)).toMatchObject({ kind: "applied", changed: true });
    const hasDied = die({ ...order, does: "revert", dies: { at, when: "behind" } }, "reverted");
    await clean();
    if (!hasDied) break;
  }
  return dirty;
}

/** More commands than this no plan has. */
const MOST_COMMANDS = 40;

function moments(): (readonly [at: number, when: "before" | "behind"])[] {
  return Array.from({ length: MOST_COMMANDS }, (_, at) => [[at, "before"] as const, [at, "behind"] as const]).flat();
}

/** Has a process carry it out that is killed on the way. Answers whether it was; otherwise it ended as it should. */
function die(order: ApplyOrder, end: string): boolean {
  const program = join(import.meta.dir, "programs", "apply.ts");
  const child = Bun.spawnSync([process.execPath, program, JSON.stringify(order)]);
  const hasDied = child.signalCode === "SIGKILL";
  if (!hasDied) expect(child.stdout.toString() + child.stderr.toString()).toBe(`${end}\n`);
  return hasDied;
}
