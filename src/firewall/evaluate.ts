import type { RuleSet } from "./model.ts";
import type { Packet } from "./packet.ts";
import type { Verdict } from "./verdict.ts";
import { mayBlockBelow } from "./walk/below.ts";
import { conclude } from "./walk/conclude.ts";
import { follow } from "./walk/follow.ts";
import { hooksOf } from "./walk/hooks.ts";
import { localityOf } from "./walk/locality.ts";
import { firstPacket } from "./walk/packets.ts";
import type { Value } from "./value.ts";
import { MOST_VISITS, type World } from "./walk/world.ts";

/**
 * What becomes of a connection that begins with this packet: its own way through every hook, the way back of the server's
 * answer, and of what a reject sends. What is not understood is taken both ways; the verdict is `unknown` only where they
 * do not come to the same.
 */
export function evaluate(rules: RuleSet, packet: Packet): Verdict {
  if (!rules.covers.includes(packet.destination.family)) return unseen(packet.destination.family);
  const world = worldOf(rules, packet, MOST_VISITS, []);
  const verdict = walkAll(world, ANY_PORT);
  if (verdict.kind !== "unknown" || packet.sourcePort !== undefined || world.left < 0) return verdict;
  const likely = walkAll(worldOf(rules, packet, world.left, [USUAL]), USUAL_PORT);
  return likely.kind === "unknown" ? verdict : likely;
}

function worldOf(rules: RuleSet, packet: Packet, left: number, assumed: readonly string[]): World {
  const { family } = packet.destination;
  return {
    rules,
    hooks: hooksOf(rules, family),
    packet,
    locality: localityOf(packet),
    assumed: new Set(assumed),
    trace: [],
    walking: "request",
    hook: "prerouting",
    left,
  };
}

function walkAll(world: World, clientPort: Value): Verdict {
  const first = firstPacket(world, clientPort);
  const outcomes = follow(world, first);
  const below = mayBlockBelow(world.rules, world.packet);
  if (below !== undefined) outcomes.push({ kind: "unknown", because: below, state: first });
  return conclude(world, outcomes);
}

/** net.ipv4.ip_local_port_range may be set this wide, and whoever translates addresses may choose any. */
const ANY_PORT: Value = { kind: "between", lo: 1024, hi: 65535 };
/** Of the systems, FreeBSD begins lowest; Linux does at 32768, Windows and macOS at 49152. Taken only where it decides. */
const USUAL_PORT: Value = { kind: "between", lo: 10_000, hi: 65535 };
const USUAL = "the client's own port is one that systems choose by themselves, 10000 or above";

function unseen(family: 4 | 6): Verdict {
  return { kind: "unknown", because: `no rules of IPv${family} were given`, assumed: [], trace: [] };
}
