import { fail } from "../../core/error.ts";
import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import type { RuleSet } from "../model.ts";
import { type Dump, readRules } from "../read.ts";
import type { WindowsFirewall } from "../windows/model.ts";
import { looksLikeRegistry, parseRegistry, readWindowsFirewall } from "../windows/registry.ts";
import type { PfRules } from "../pf/answer.ts";
import { askLinux } from "./ask-linux.ts";
import { askPf } from "./ask-pf.ts";
import { askWindows } from "./ask-windows.ts";
import type { DumpQuestion } from "./question.ts";
import { looksLikePf, readPf } from "./read-pf.ts";

/** The rules of one machine, as dumps have them. */
export type DumpedRules =
  | { readonly kind: "linux"; readonly rules: RuleSet }
  | { readonly kind: "pf"; readonly pf: PfRules }
  | { readonly kind: "windows"; readonly firewall: WindowsFirewall; readonly notes: readonly string[] };

const NAMES = { linux: "Linux", pf: "pf", windows: "Windows" } as const;

/**
 * Reads dumps of one machine, each known by its content: what iptables-save, ip6tables-save, `nft -j list ruleset` and
 * `ipset save` print, pf's rules, and the firewall's keys of a Windows registry. Throws BAD_RULES.
 */
export function readDumps(dumps: readonly Dump[]): DumpedRules {
  refuseEmpty(dumps);
  const given = dumps.filter(({ text }) => text.trim() !== "");
  const kinds = given.map((dump) => ({ ...dump, kind: kindOf(dump) }));
  const [first] = kinds;
  const other = kinds.find(({ kind }) => kind !== first?.kind);
  if (!first) return fail("BAD_RULES", "no rules are given", "`--rules FILE` has them");
  if (other) {
    const what = `${first.name} is of ${NAMES[first.kind]}, and ${other.name} of ${NAMES[other.kind]}`;
    return fail("BAD_RULES", what, "give the dumps of one machine");
  }
  switch (first.kind) {
    case "linux":
      return { kind: "linux", rules: withNotes(readRules(given), noteEmpty(dumps)) };
    case "pf":
      return { kind: "pf", pf: readPf(pfTextOf(given)) };
    case "windows":
      return readWindows(given);
  }
}

/** A tool that may not look prints nothing, and that would be taken for no rules. */
function refuseEmpty(dumps: readonly Dump[]): void {
  if (dumps.length === 0 || dumps.some(({ text }) => text.trim() !== "")) return;
  const names = dumps.map(({ name }) => name).join(", ");
  fail(
    "BAD_RULES",
    `${names} ${dumps.length === 1 ? "is" : "are"} empty`,
    "dump the rules as root: `sudo iptables-save >FILE`",
  );
}

/** One of several may be so rightly, as that of `ipset save` without a set. */
function noteEmpty(dumps: readonly Dump[]): readonly string[] {
  return dumps.filter(({ text }) => text.trim() === "").map(({ name }) => `${name} is empty`);
}

function withNotes(rules: RuleSet, notes: readonly string[]): RuleSet {
  return { ...rules, notes: [...rules.notes, ...notes] };
}

function kindOf({ text, name }: Dump): DumpedRules["kind"] {
  if (looksLikeRegistry(text)) return "windows";
  if (looksLikePf(text)) return "pf";
  if (/^(?:Chain|target\s+prot) /m.test(text)) {
    fail("BAD_RULES", `${name} is what \`iptables -L\` shows to people`, "give what `iptables-save` prints");
  }
  if (/^-[PN] \S+/m.test(text) && !/^\*/m.test(text)) {
    fail("BAD_RULES", `${name} is what \`iptables -S\` shows of one table`, "give what `iptables-save` prints");
  }
  return "linux";
}

/** Longer than this is no text of pf (characters). */
const MOST_PF = 8 * 1024 * 1024;

function pfTextOf(dumps: readonly Dump[]): string {
  const long = dumps.find(({ text }) => text.length > MOST_PF);
  if (long) fail("BAD_RULES", `${long.name} is ${long.text.length} characters long`, "give what `pfctl -sr` prints");
  return dumps.map(({ text }) => text).join("\n");
}

function readWindows(dumps: readonly Dump[]): DumpedRules {
  const values = dumps.flatMap(({ text }) => parseRegistry(text));
  const firewall = readWindowsFirewall(values);
  const hasRules = firewall.rules.some(({ store }) => store === "local");
  if (!hasRules && firewall.rules.length === 0) {
    const [{ name } = { name: "it" }] = dumps;
    fail(
      "BAD_RULES",
      `${name} has no firewall rules in it`,
      String.raw`export HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`,
    );
  }
  const hasPolicy = values.some(({ key }) => /\\Policies\\Microsoft\\WindowsFirewall/i.test(key));
  const notes = [
    ...(hasRules ? [] : ["the machine's own rules were not given"]),
    ...(hasPolicy ? [] : ["rules of administrators (group policy) were not given, if there are any"]),
  ];
  return { kind: "windows", firewall, notes };
}

/** What these rules do with the connection. */
export function askDumps(dumped: DumpedRules, question: DumpQuestion): FirewallAnswer {
  switch (dumped.kind) {
    case "linux":
      return withAssumed(askLinux(dumped.rules, question), dumped.rules.notes);
    case "pf":
      return askPf(dumped.pf, question);
    case "windows":
      return withAssumed(askWindows(dumped.firewall, question), dumped.notes);
  }
}

function withAssumed(answer: FirewallAnswer, notes: readonly string[]): FirewallAnswer {
  return { ...answer, assumed: [...answer.assumed, ...notes.map((note) => `no others stop it: ${note}`)] };
}
