import * as fc from "fast-check";

/** What may have happened to a text on its way here. */
type Damage = (text: string, at: number, length: number, junk: string) => string;

const DAMAGES: readonly Damage[] = [
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(at),
  (text, at, length) => text.slice(0, at) + text.slice(at + length),
  (text, at, length) => text.slice(0, at + length) + text.slice(at),
  (text, at, length, junk) => text.slice(0, at) + junk + text.slice(at + length),
  (text, at, _length, junk) => text.slice(0, at) + junk.repeat(50) + text.slice(at),
  (text, at, length) => text.slice(0, at) + text.slice(at, at + length).toUpperCase() + text.slice(at + length),
];

const anyJunk = fc.oneof(
  fc.constantFrom(
    "\0",
    '"',
    "\\",
    "\n",
    "{",
    "[",
    "}",
    "]",
    ":",
    "*filter\n",
    "COMMIT\n",
    "-A INPUT ",
    "!",
    " - ",
    "_",
  ),
  fc.constantFrom("99999999999999999999", "-1", "1e308", "0x", "/33", "::", "255.255.255.256", "65536", "null"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** A text that has been damaged in one place or in several. */
export function anyDamaged(texts: readonly string[]): fc.Arbitrary<string> {
  const damage = fc.tuple(fc.constantFrom(...DAMAGES), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), anyJunk);
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([text, damages]) =>
      damages.reduce(
        (sum, [work, where, length, junk]) => work(sum, Math.floor(where * sum.length), length, junk),
        text,
      ),
    );
}

/** The same rules in which one is not understood, and what it would have to be to be understood: in each way it could. */
export interface Misread {
  readonly text: string;
  readonly readings: readonly string[];
}

const RULE = /^-A /;

/** Of one rule of iptables-save, a word is one that nobody knows: of a match, or the target. */
export function misreadLine(text: string, which: number, what: number, isTarget: boolean): Misread {
  const lines = text.split("\n");
  const rules = lines.flatMap((line, index) => (RULE.test(line) ? [index] : []));
  const index = rules[which % rules.length]!;
  const having = (...changed: readonly string[]) => lines.toSpliced(index, 1, ...changed).join("\n");
  const [, head = "", matches = "", target = ""] = /^(-A \S+ )(.*?)(-[jg] \S+.*)?$/.exec(lines[index]!) ?? [];
  const names = [...matches.matchAll(/-m \w+/g)];
  if (isTarget || names.length === 0) {
    const ends = ["ACCEPT", "DROP"].map((each) => having(`${head}${matches}-j ${each}`));
    return { text: having(`${head}${matches}-j ODD --odd 1`), readings: [having(), ...ends] };
  }
  const at = names[what % names.length]!.index;
  const clause = matches.slice(at).split(/(?<=\S )(?=-m )/)[0]!;
  const replacedBy = (other: string) => having(`${head}${matches.replace(clause, other)}${target}`);
  return { text: replacedBy(`-m odd --odd ${what % 10} `), readings: [having(), replacedBy("")] };
}

interface Listing {
  readonly nftables: readonly { readonly rule?: { readonly expr: readonly Statement[] } }[];
}

interface Statement {
  readonly match?: { readonly left: { readonly payload?: { readonly protocol: string }; readonly ct?: unknown } };
}

const ODDITIES: readonly ((statement: Statement) => object)[] = [
  ({ match }) => ({ odd: match }),
  ({ match }) => ({ match: { ...match, op: "odd" } }),
  ({ match }) => ({ match: { ...match, left: { odd: { key: "odd" } } } }),
  ({ match }) => ({ match: { ...match, right: { odd: 1 } } }),
];

/** Of one rule of nft's JSON, a match is one that nobody knows. */
export function misreadStatement(text: string, which: number, what: number): Misread {
  const { nftables } = JSON.parse(text) as Listing;
  const rules = nftables.flatMap(({ rule }, index) => (rule?.expr.some(({ match }) => match) ? [index] : []));
  const index = rules[which % rules.length]!;
  const rule = nftables[index]!.rule!;
  const matches = rule.expr.flatMap(({ match }, at) => (match ? [at] : []));
  const at = matches[what % matches.length]!;
  const having = (...changed: readonly object[]) =>
    JSON.stringify({ nftables: nftables.toSpliced(index, 1, ...(changed as Listing["nftables"])) });
  const replacedBy = (...statements: readonly object[]) =>
    having({ rule: { ...rule, expr: rule.expr.toSpliced(at, 1, ...(statements as Statement[])) } });
  const statement = rule.expr[at]!;
  const odd = ODDITIES[what % ODDITIES.length]!(statement);
  return { text: replacedBy(odd), readings: [having(), ...presenceOf(statement).map((each) => replacedBy(...each))] };
}

/** The match as it would be if it held wherever there is such a thing at all. */
function presenceOf({ match }: Statement): readonly (readonly object[])[] {
  const { payload, ct } = match!.left;
  if (!payload) return ct === undefined ? [[]] : [];
  const isNetwork = payload.protocol.startsWith("ip");
  const right = { ip: "ipv4", ip6: "ipv6" }[payload.protocol] ?? payload.protocol;
  return [[{ match: { op: "==", left: { meta: { key: isNetwork ? "nfproto" : "l4proto" } }, right } }]];
}
