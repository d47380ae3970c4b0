import type { Match, Part } from "../model.ts";

/** Whether a rule's code compares both ports at once; `unknown` where only its listing is there. */
export type Merged = "yes" | "no" | "unknown";

type PortMatch = Extract<Match, { kind: "in" }>;

/**
 * Of `sport != A dport != B` nft 1.0.6 and iptables-nft 1.8.9 make one comparison of four bytes, which holds unless both are
 * equal. Their listings show two matches all the same.
 */
export function mergePorts(parts: readonly Part[], merged: Merged): readonly Part[] {
  if (!parts.some((part) => part.do === "match" && part.match.kind === "in" && part.match.not)) return parts;
  const at = parts.findIndex((part, index) => pairOf(part, parts[index + 1]));
  const pair = pairOf(parts[at], parts[at + 1]);
  if (!pair || merged === "no") return parts;
  const text = parts.slice(at, at + 2).map((part) => (part.do === "match" ? part.text : ""));
  const part = (match: Match): Part => ({ do: "match", match, text: [...new Set(text)].join(" ") });
  const one = part({ kind: "any", of: pair, not: false });
  const each: Match = { kind: "any", of: pair.map((match): Match => ({ ...match, not: false })), not: true };
  const both = part({ kind: "any", of: [each, { kind: "opaque", text: text.join(" ") }], not: false });
  return [
    ...parts.slice(0, at),
    ...(merged === "yes" ? [one] : [one, both]),
    ...mergePorts(parts.slice(at + 2), merged),
  ];
}

function pairOf(first: Part | undefined, second: Part | undefined): readonly [PortMatch, PortMatch] | undefined {
  const [a, b] = [portOf(first), portOf(second)];
  return a && b && a.name !== b.name && a.protocol === b.protocol ? [a.match, b.match] : undefined;
}

function portOf(part: Part | undefined): { name: string; protocol: string; match: PortMatch } | undefined {
  if (part?.do !== "match" || part.match.kind !== "in") return undefined;
  const { match } = part;
  const only = "elements" in match.set ? match.set.elements.only : undefined;
  if (!match.not || match.left.kind !== "field" || !only || !("lo" in only) || only.lo !== only.hi) return undefined;
  const [, protocol, name] = /^(tcp|udp|th) (sport|dport)$/.exec(match.left.field) ?? [];
  return protocol === undefined ? undefined : { protocol, name: name!, match };
}
