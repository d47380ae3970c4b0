import type { Merged } from "../merged-ports.ts";

/** What `nft --debug=netlink list ruleset` shows and nft's JSON does not, or not truly. */
export interface Hidden {
  /** By `FAMILY TABLE CHAIN HANDLE`. */
  readonly rules: ReadonlyMap<string, HiddenRule>;
  /** The flags of each table, by `FAMILY TABLE`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The devices of each chain that has some, by `FAMILY TABLE CHAIN`. */
  readonly devices: ReadonlyMap<string, readonly string[]>;
}

/** What stands for the family of a rule that only this shows. */
export const HIDDEN_FAMILY = "meta nfproto, which nft does not show";

export interface HiddenRule {
  /** What the kernel compares the family of the rule's packets with. */
  readonly family: "any" | 4 | 6 | "unknown";
  readonly merged: Merged;
}

export const NOTHING_HIDDEN: Hidden = { rules: new Map(), flags: new Map(), devices: new Map() };
export const NOT_SEEN: HiddenRule = { family: "unknown", merged: "unknown" };

/** The rules' own code, or a table as nft prints it for people, which stands behind. */
export const BYTECODE = /^\w+ \S+ \S+ \d+(?: \d+)?\n {2}\[ |^table (?:ip6?|inet|arp|bridge|netdev) \S+ \{$/m;

/**
 * nft's listings do not show `meta nfproto` before `reject with tcp reset` (nft 1.0.6, text and JSON): only in the rules' own
 * code it can be seen whether such a rule is for one family alone. The flags of a table, which nft 1.0.6 garbles in its
 * JSON, and the devices of a chain, which it leaves out there, stand in the text behind it.
 */
export function readBytecode(text: string): Hidden {
  const rules = new Map<string, HiddenRule>();
  let rule: string | undefined;
  let before = "";
  const lines = text.split("\n");
  for (const line of lines) {
    const [, head] = /^(\w+ \S+ \S+ \d+)(?: \d+)?$/.exec(line) ?? [];
    if (head !== undefined) rules.set((rule = head), { family: "any", merged: "no" });
    else if (!line.startsWith("  [ ")) rule = undefined;
    const known = rules.get(rule ?? "");
    if (known && before.includes("[ meta load nfproto ")) rules.set(rule!, { ...known, family: comparedFamily(line) });
    const isMerged = MERGED.test(before) && line.includes("[ cmp neq ");
    if (known && isMerged) rules.set(rule!, { ...known, merged: "yes" });
    before = line;
  }
  return { rules, ...readListing(lines) };
}

/** Both ports as one number. */
const MERGED = /\[ payload load 4b @ transport header \+ 0 => /;

function comparedFamily(line: string): 4 | 6 | "unknown" {
  const [, hex] = /\[ cmp eq reg \d+ 0x0*([0-9a-f]+) /.exec(line) ?? [];
  return hex === "2" ? 4 : hex === "a" ? 6 : "unknown";
}

/** What is indented by one tab is the table's own, by two its chains'. */
function readListing(lines: readonly string[]): Pick<Hidden, "flags" | "devices"> {
  const flags = new Map<string, readonly string[]>();
  const devices = new Map<string, readonly string[]>();
  let [table, chain] = ["", ""];
  for (const line of lines) {
    const [, name] = /^table (\S+ \S+) \{$/.exec(line) ?? [];
    if (name !== undefined) flags.set((table = name), []);
    if (line.startsWith("\tflags ")) flags.set(table, line.slice("\tflags ".length).split(","));
    if (line.startsWith("\tchain ")) chain = line.slice("\tchain ".length, -" {".length);
    const [, one, several] = DEVICES.exec(line) ?? [];
    const names = one === undefined ? several?.split(", ") : [one];
    if (names)
      devices.set(
        `${table} ${chain}`,
        names.map((each) => each.replaceAll('"', "")),
      );
  }
  return { flags, devices };
}

const DEVICES = /^\t\ttype filter hook (?:ingress|egress) (?:device (\S+)|devices = \{ (.*?) \}) priority /;
