import { parseCidr } from "../../core/cidr.ts";
import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import type { OsName } from "../../core/os.ts";
import { BACKENDS, type Backend, type RuleRequest, type RuleSource, parseRuleId } from "../../core/rule-request.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, oneOf, refuseBoth, textOf } from "../words/flag-values.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";
import { RULE_FLAGS } from "./rule-flags.ts";
import { type Ports, parseRulePorts } from "./rule-ports.ts";

/** A `rule` command line, read. */
export type RuleArgs = (
  | {
      readonly kind: "write";
      readonly wish: RuleWish;
      readonly backend?: Backend;
      /** The system that it is for; nothing: this one. */
      readonly system?: OsName;
      readonly apply: boolean;
    }
  | { readonly kind: "revert"; readonly which: RevertedRules; readonly dryRun: boolean }
  | { readonly kind: "list" }
) & { readonly yes: boolean; readonly json: boolean; readonly quiet: boolean; readonly color: ColorMode };

/** What is asked for, before it has an id. */
export type RuleWish = Omit<RuleRequest, "id">;

/** Which rules of ours are taken back. */
export type RevertedRules =
  | { readonly kind: "id"; readonly id: string }
  /** Every one for these ports. */
  | ({ readonly kind: "port" } & Ports)
  /** The only one that there is. */
  | { readonly kind: "only" };

const SYSTEMS: readonly OsName[] = ["linux", "macos", "windows"];
const PROFILES = ["domain", "private", "public"] as const;

/** Where each of them is at home. */
export const SYSTEM_OF: Readonly<Record<Backend, OsName>> = {
  iptables: "linux",
  nft: "linux",
  ufw: "linux",
  firewalld: "linux",
  pf: "macos",
  "application-firewall": "macos",
  netsh: "windows",
  powershell: "windows",
};

/** What says something of a rule that is to be written. */
const OF_A_NEW_RULE = ["from", "in", "close", "program", "profile", "for", "backend", "os", "apply"] as const;

/** Reads what follows `portguard rule`. Throws a PortguardError whose exit is 2. */
export function parseRuleArgs({ words, command }: Invocation): RuleArgs {
  const named: string[] = [];
  const flags = parseArgs(words, { verb: "rule", flags: RULE_FLAGS }, (word) => {
    named.push(word);
    if (named.length > 1) fail("BAD_USAGE", `\`${word}\` is a second port`, "write a rule for one at a time");
  });
  if (command) fail("BAD_USAGE", "rule runs no command", "leave `--` and what follows it out");
  refuseBoth(flags, "json", "quiet");
  const shared = {
    yes: flags.has("yes"),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
    color: colorOf(flags),
  };
  refuseBoth(flags, "list", "revert", "don't go together");
  if (flags.has("list")) return { ...shared, ...readList(flags, named[0]) };
  if (flags.has("revert")) return { ...shared, ...readRevert(flags, named[0]) };
  return { ...shared, ...readWrite(flags, named[0]) };
}

function readList(flags: FlagValues, word: string | undefined) {
  refuseNew(flags, "list", "--list shows those that are");
  if (word !== undefined) fail("BAD_USAGE", "--list lists every rule of ours", `leave \`${word}\` out`);
  return { kind: "list" as const };
}

function readRevert(flags: FlagValues, word: string | undefined) {
  refuseNew(flags, "revert", "--revert takes back what was applied");
  const given = textOf(flags, "revert");
  if (given !== undefined && word !== undefined) {
    fail("BAD_USAGE", `\`${given}\` and \`${word}\` both say which rule`, "leave one of them out");
  }
  const which = given ?? word;
  const dryRun = flags.has("dry-run");
  return { kind: "revert" as const, which: readWhich(which, flags.has("udp")), dryRun };
}

/** Ids have eight signs: a word that could be a port is one. */
function readWhich(word: string | undefined, udp: boolean): RevertedRules {
  if (word === undefined) return { kind: "only" };
  if (/^\d{1,5}(?:$|[^\da-z])/.test(word)) return { kind: "port", ...parseRulePorts(word, udp) };
  const id = parseRuleId(word);
  return id === undefined
    ? fail("BAD_USAGE", `\`${word}\` is neither a rule's id nor a port`, "`portguard rule --list` shows the ids")
    : { kind: "id", id };
}

function refuseNew(flags: FlagValues, flag: string, why: string): void {
  const other = OF_A_NEW_RULE.find((name) => flags.has(name));
  if (other !== undefined) {
    fail("BAD_USAGE", `--${other} is of a new rule, and ${why}`, `leave --${other} or --${flag} out`);
  }
}

function readWrite(flags: FlagValues, word: string | undefined) {
  if (word === undefined) return fail("BAD_USAGE", "no port is given", "say which one, as in `portguard rule 8000`");
  refuseBoth(flags, "apply", "dry-run");
  const [backendText, systemText] = [textOf(flags, "backend"), textOf(flags, "os")];
  const backend = backendText === undefined ? undefined : oneOf(BACKENDS, backendText, "--backend");
  const system = systemText === undefined ? undefined : oneOf(SYSTEMS, systemText, "--os");
  if (backend && system && SYSTEM_OF[backend] !== system) {
    fail("BAD_USAGE", `${backend} is of ${SYSTEM_OF[backend]}, not of ${system}`, "leave --os out");
  }
  const meant = system ?? (backend && SYSTEM_OF[backend]);
  return {
    kind: "write" as const,
    wish: readWish(flags, parseRulePorts(word, flags.has("udp"))),
    ...(backend && { backend }),
    ...(meant && { system: meant }),
    apply: flags.has("apply"),
  };
}

function readWish(flags: FlagValues, ports: Ports): RuleWish {
  const [name, program, profile, time] = ["in", "program", "profile", "for"].map((flag) => textOf(flags, flag));
  const action = flags.has("close") ? "close" : "open";
  return {
    action,
    ...ports,
    from: readSource(textOf(flags, "from") ?? (action === "open" ? "lan" : "anywhere")),
    ...(name !== undefined && { interface: name }),
    ...(program !== undefined && { program }),
    ...(profile !== undefined && { profile: oneOf(PROFILES, profile, "--profile") }),
    ...(time !== undefined && { forMs: readTime(time) }),
  };
}

function readSource(text: string): RuleSource {
  switch (text.toLowerCase()) {
    case "lan":
      return { kind: "lan" };
    case "anywhere":
    case "internet":
      return { kind: "anywhere" };
  }
  const cidr = parseCidr(text);
  const shapes = "it is lan, anywhere, an address or a network as in 192.168.1.0/24";
  return cidr ? { kind: "network", ...cidr } : fail("BAD_ADDRESS", `\`${text}\` is not a place to come from`, shapes);
}

function readTime(text: string): number {
  const ms = parseDuration(text, "--for");
  return ms >= 1000 ? ms : fail("BAD_USAGE", "--for leaves no time to connect", "a second is the shortest: --for=1s");
}
