/** What the kernel compares the family of a rule's packets with, by `FAMILY TABLE CHAIN HANDLE`. */
export type HiddenFamilies = ReadonlyMap<string, "any" | 4 | 6 | "unknown">;

/** What stands for the family of a rule that only this shows. */
export const HIDDEN_FAMILY = "meta nfproto, which nft does not show";

export const BYTECODE = /^\w+ \S+ \S+ \d+(?: \d+)?\n {2}\[ /m;

/**
 * Reads what `nft --debug=netlink list ruleset` prints of the rules' own code. nft's listings do not show `meta nfproto`
 * before `reject with tcp reset` (nft 1.0.6, text and JSON): only here it can be seen whether such a rule is for one
 * family alone.
 */
export function readBytecode(text: string): HiddenFamilies {
  const families = new Map<string, "any" | 4 | 6 | "unknown">();
  let rule: string | undefined;
  let isLoaded = false;
  for (const line of text.split("\n")) {
    const [, head] = /^(\w+ \S+ \S+ \d+)(?: \d+)?$/.exec(line) ?? [];
    if (head !== undefined) {
      rule = head;
      families.set(rule, "any");
    } else if (!line.startsWith("  [ ")) rule = undefined;
    else if (rule !== undefined && isLoaded) families.set(rule, comparedFamily(line));
    isLoaded = line.includes("[ meta load nfproto ");
  }
  return families;
}

function comparedFamily(line: string): 4 | 6 | "unknown" {
  const [, hex] = /\[ cmp eq reg \d+ 0x0*([0-9a-f]+) /.exec(line) ?? [];
  return hex === "2" ? 4 : hex === "a" ? 6 : "unknown";
}
