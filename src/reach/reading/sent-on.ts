import { sameAddress } from "../../core/address.ts";
import { valueOf } from "../../core/seen.ts";
import type { Arrival } from "../../firewall/verdict.ts";
import type { Facts } from "../facts.ts";
import type { LinuxWay } from "../ruled-way.ts";
import type { Namespace } from "./behind-forwarder.ts";
import { listLinuxWays, tryOn } from "./stopped.ts";
import { takes, type Try, tryOf } from "./tries.ts";

/** A connection of others that translation sends on, to another machine, a container or another port. */
export interface SentOn {
  readonly way: LinuxWay;
  readonly to: Arrival;
  /** What our own connection met there: by the same translation, or straight to it; nothing where none was made. */
  readonly met?: Try;
  /** The network that has the address, and who takes what comes there. */
  readonly namespace?: Namespace;
  readonly inner?: Namespace["listeners"][number];
}

/** The connections of others that are sent on, stopped ones among them; one for each address that is meant. */
export function listSentOn(facts: Facts): readonly SentOn[] {
  const all = listLinuxWays(facts).flatMap((way) => (way.sentTo ? [sentOn(facts, way, way.sentTo)] : []));
  const byTarget = new Map(all.map((each) => [each.way.candidate.address.text, each]));
  return [...byTarget.values()];
}

function sentOn(facts: Facts, way: LinuxWay, to: Arrival): SentOn {
  const own = tryOn(facts, way);
  const straight = findBehind(facts, to);
  const met = own?.met === "answer" ? own : straight;
  const namespaces = to.forwarded ? (valueOf(facts.more.namespaces) ?? []) : [];
  const namespace = namespaces.find(({ addresses }) => addresses.some((each) => sameAddress(each, to.address)));
  const inner = namespace?.listeners.find(
    ({ row: { at } }) => at.port === to.port && at.protocol === facts.request.target.protocol && takes(at, to.address),
  );
  return { way, to, ...(met && { met }), ...(namespace && { namespace }), ...(inner && { inner }) };
}

/** What a connection straight to it met. */
export function findBehind({ more }: Facts, { address, port }: Arrival): Try | undefined {
  const behind = valueOf(more.firewall)?.behind ?? [];
  const found = behind.find(({ to }) => to.port === port && sameAddress(to.address, address));
  return found && tryOf(found);
}
