import { type Seen, seen, unseen } from "../../core/seen.ts";
import { complaintOf } from "../check.ts";
import type { RunCommand } from "../run-command.ts";
import type { PfRules } from "./answer.ts";
import { wholeName } from "./evaluate.ts";
import type { PfLine } from "./model.ts";
import { parsePf } from "./parse.ts";

/** pf as it is now. */
export type LivePf =
  | { readonly kind: "off" }
  /** `redirects`: rules that send connections elsewhere before they are filtered, as they stand there. */
  | { readonly kind: "on"; readonly rules: PfRules; readonly redirects: readonly string[] };

/** So many anchors are asked: each takes a command. */
const MOST_ANCHORS = 64;
const AS_ROOT = "run it with sudo";

/** Reads what pf does, anchor by anchor, since its main rule set only names them. Only root may. */
export async function readLivePf(run: RunCommand): Promise<Seen<LivePf>> {
  const info = await ask(run, "-s", "info");
  if (info.kind === "unseen") return info;
  if (/^Status: Disabled/m.test(info.value)) return seen({ kind: "off" });
  if (!/^Status: Enabled/m.test(info.value)) return unseen("`pfctl -s info` does not tell whether pf is on");
  const texts = allSeen(
    await Promise.all([ask(run, "-v", "-s", "Anchors"), ask(run, "-v", "-s", "Interfaces")] as const),
  );
  if (texts.kind === "unseen") return texts;
  const [anchors = "", interfaces = ""] = texts.value;
  const names = parseAnchorNames(anchors);
  if (names.length > MOST_ANCHORS)
    return unseen(`pf has ${names.length} anchors`, "`sudo pfctl -v -s Anchors` lists them");
  const sets = allSeen(await Promise.all(["", ...names].map((name) => readRuleSet(run, name))));
  if (sets.kind === "unseen") return sets;
  const [main] = sets.value;
  const rules = { lines: main!.lines, anchors: anchorsOf(sets.value), skips: parseSkipped(interfaces) };
  return seen({ kind: "on", rules, redirects: sets.value.flatMap(({ redirects }) => redirects) });
}

interface RuleSet {
  /** Of its anchor; empty: the main one. */
  readonly name: string;
  readonly lines: readonly PfLine[];
  readonly redirects: readonly string[];
}

async function readRuleSet(run: RunCommand, name: string): Promise<Seen<RuleSet>> {
  const place = name === "" ? [] : ["-a", name];
  const texts = allSeen(await Promise.all(["rules", "nat"].map((what) => ask(run, ...place, "-s", what))));
  if (texts.kind === "unseen") return texts;
  const [rules = "", nat = ""] = texts.value;
  const redirects = nat.split("\n").filter((line) => /^\s*(?:rdr|binat)\s/.test(line));
  return seen({ name, lines: parsePf(rules), redirects: redirects.map((line) => line.trim()) });
}

/** All of them are known, so that an anchor that is named and not among them is empty. */
function anchorsOf(sets: readonly RuleSet[]): ReadonlyMap<string, readonly PfLine[]> {
  const named = sets.flatMap(({ name: base, lines }) =>
    lines.flatMap((line) => (line.kind === "anchor" ? [wholeName(line.name, base)] : [])),
  );
  // Of `NAME/*` the slash stays: what is right below it is known.
  const empty = named.filter((name) => /^[^*]+(?:\/\*)?$/.test(name)).map((name) => name.replace(/\*$/, ""));
  return new Map([
    ...empty.map((name) => [name, []] as const),
    ...sets.flatMap(({ name, lines }) => (name === "" ? [] : [[name, lines] as const])),
  ]);
}

/** One a line, with spaces in front. */
function parseAnchorNames(text: string): readonly string[] {
  const names = text.split("\n").map((line) => line.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** `lo0 (skip)`, then what is counted there. */
export function parseSkipped(text: string): readonly string[] {
  return [...text.matchAll(/^(\S+) \(skip\)/gm)].map(([, name]) => name!);
}

async function ask(run: RunCommand, ...args: readonly string[]): Promise<Seen<string>> {
  const argv = ["pfctl", ...args];
  const ran = await run({ argv });
  if (ran.kind === "not-run") return unseen(ran.because);
  return ran.code === 0 ? seen(ran.stdout) : unseen(complaintOf(argv, ran), AS_ROOT);
}

function allSeen<T>(facts: readonly Seen<T>[]): Seen<readonly T[]> {
  const missing = facts.find((fact) => fact.kind === "unseen");
  return missing ?? seen(facts.flatMap((fact) => (fact.kind === "seen" ? [fact.value] : [])));
}
