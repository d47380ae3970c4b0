import { valueOf } from "../../core/seen.ts";
import type { Facts } from "../facts.ts";
import type { RuledWay } from "../ruled-way.ts";
import { spaceOf } from "./address-space.ts";
import { findBehind } from "./sent-on.ts";
import { listWays, tryOn } from "./stopped.ts";
import { findServingAt } from "./tries.ts";
import { interfaceNamed } from "./ways.ts";

/** What this machine does with clients that are elsewhere, as far as it can be told from here. */
export type LetsIn =
  | { readonly kind: "yes" }
  /** `open`: the check that is missing; nothing where other facts say it already. */
  | { readonly kind: "unknown"; readonly open?: { readonly what: string; readonly because: string } };

/**
 * Whether the rules of this machine certainly let such a client come to somebody who takes its connection. One address
 * that they certainly stop does not matter where another one is open; one that is not certain does.
 */
export function findWhetherLetIn(facts: Facts): LetsIn {
  const ways = listWays(facts);
  const unclear = ways.find(({ verdict }) => verdict.kind === "unknown");
  if (unclear) {
    const what = `what the firewall does with ${unclear.candidate.address.text}`;
    return { kind: "unknown", open: { what, because: unclear.verdict.because } };
  }
  const cut = ways.find(({ verdict }) => verdict.kind === "accept" && verdict.afterwards !== undefined);
  if (cut?.verdict.afterwards) {
    const what = `what becomes of a connection to ${cut.candidate.address.text} once it is made`;
    return { kind: "unknown", open: { what, because: cut.verdict.afterwards.because } };
  }
  const open = ways.filter((way) => way.verdict.kind === "accept" && isServed(facts, way));
  if (open.length === 0) return { kind: "unknown" };
  const early = open.map(({ way }) => (way.kind === "in" ? interfaceNamed(facts, way.interface) : undefined));
  const xdp = early.find((each) => each?.xdp !== undefined);
  if (xdp) {
    const what = `what the XDP program ${xdp.xdp} on ${xdp.name} does`;
    return { kind: "unknown", open: { what, because: "it sees packets before every rule, and can't be read" } };
  }
  const [missing] = valueOf(facts.more.firewall)?.missing ?? [];
  if (missing !== undefined)
    return { kind: "unknown", open: { what: "all of the firewall's rules", because: missing } };
  const isInternet = facts.request.from.kind === "internet";
  if (isInternet && !open.some(({ candidate: { address } }) => spaceOf(address) === "public")) {
    const because = "this machine has no public address: a router or provider stands before it";
    return { kind: "unknown", open: { what: "the way from the internet", because } };
  }
  return { kind: "yes" };
}

/** Somebody takes the connection where it ends: our own one, to the same address or straight there, or a socket is there. */
function isServed(facts: Facts, way: RuledWay): boolean {
  const { arrives } = way.verdict;
  const { target } = facts.request;
  const each = tryOn(facts, way);
  if (!arrives) return false;
  const isThere = arrives.port === target.port && arrives.address.text === way.candidate.address.text;
  if (arrives.forwarded || !isThere) return each?.met === "answer" || findBehind(facts, arrives)?.met === "answer";
  if (each?.met === "answer") return true;
  const mayServe = each === undefined || (target.protocol === "udp" && each.met === "silence");
  return mayServe && findServingAt(facts, { protocol: target.protocol, dual: false, ...arrives }).length > 0;
}
