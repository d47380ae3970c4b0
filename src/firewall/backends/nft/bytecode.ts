/** What `nft --debug=netlink list ruleset` shows and nft's JSON does not, or not truly. */
export interface Hidden {
  /** What the kernel compares the family of a rule's packets with, by `FAMILY TABLE CHAIN HANDLE`. */
  readonly families: ReadonlyMap<string, "any" | 4 | 6 | "unknown">;
  /** The flags of each table, by `FAMILY TABLE`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** What stands for the family of a rule that only this shows. */
export const HIDDEN_FAMILY = "meta nfproto, which nft does not show";

export const NOTHING_HIDDEN: Hidden = { families: new Map(), flags: new Map() };

/** The rules' own code, or a table as nft prints it for people, which stands behind. */
export const BYTECODE = /^\w+ \S+ \S+ \d+(?: \d+)?\n {2}\[ |^table (?:ip6?|inet|arp|bridge|netdev) \S+ \{$/m;

/**
 * nft's listings do not show `meta nfproto` before `reject with tcp reset` (nft 1.0.6, text and JSON): only in the rules' own
 * code it can be seen whether such a rule is for one family alone. The flags of a table, which nft 1.0.6 garbles in its
 * JSON, stand in the text behind it.
 */
export function readBytecode(text: string): Hidden {
  const families = new Map<string, "any" | 4 | 6 | "unknown">();
  let rule: string | undefined;
  let isLoaded = false;
  const lines = text.split("\n");
  for (const line of lines) {
    const [, head] = /^(\w+ \S+ \S+ \d+)(?: \d+)?$/.exec(line) ?? [];
    if (head !== undefined) {
      rule = head;
      families.set(rule, "any");
    } else if (!line.startsWith("  [ ")) rule = undefined;
    else if (rule !== undefined && isLoaded) families.set(rule, comparedFamily(line));
    isLoaded = line.includes("[ meta load nfproto ");
  }
  return { families, flags: readFlags(lines) };
}

function comparedFamily(line: string): 4 | 6 | "unknown" {
  const [, hex] = /\[ cmp eq reg \d+ 0x0*([0-9a-f]+) /.exec(line) ?? [];
  return hex === "2" ? 4 : hex === "a" ? 6 : "unknown";
}

/** What is indented by one tab is the table's own. */
function readFlags(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, readonly string[]>();
  let table = "";
  for (const line of lines) {
    const [, name] = /^table (\S+ \S+) \{$/.exec(line) ?? [];
    if (name !== undefined) flags.set((table = name), []);
    if (line.startsWith("\tflags ")) flags.set(table, line.slice("\tflags ".length).split(","));
  }
  return flags;
}
