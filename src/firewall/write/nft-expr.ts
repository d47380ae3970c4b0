import type { NftFamily } from "../../core/step.ts";
import type { NftExpr, RuleMatch } from "./plan.ts";

/** The statements of a rule with these matches, in a table of this family; `only`: for packets of one family. */
export function nftExprOf(match: RuleMatch, table: NftFamily, verdict: "accept" | "drop", only?: 4 | 6): NftExpr {
  const { source, protocol, ports } = match;
  const port = ports.first === ports.last ? ports.first : { range: [ports.first, ports.last] };
  return [
    ...interfaceExpr(match.interface),
    ...(source ? [compare(payload(source.address.family === 4 ? "ip" : "ip6", "saddr"), networkExpr(source))] : []),
    ...(!source && only && table === "inet" ? [compare(meta("nfproto"), `ipv${only}`)] : []),
    compare(payload(protocol, "dport"), port),
    { [verdict]: null },
  ];
}

function interfaceExpr(wanted: RuleMatch["interface"]): NftExpr {
  if (wanted === undefined) return [];
  if (wanted === "not-loopback") return [compare(meta("iifname"), "lo", "!=")];
  return [compare(meta("iifname"), wanted.name)];
}

function networkExpr({ address, prefix }: NonNullable<RuleMatch["source"]>): unknown {
  return prefix === (address.family === 4 ? 32 : 128) ? address.text : { prefix: { addr: address.text, len: prefix } };
}

function compare(left: unknown, right: unknown, op = "=="): NftExpr[number] {
  return { match: { op, left, right } };
}

function meta(key: string) {
  return { meta: { key } };
}

function payload(protocol: string, field: string) {
  return { payload: { protocol, field } };
}
