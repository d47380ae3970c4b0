import type { Address } from "../core/address.ts";
import type { NetworkInterface } from "../core/network.ts";
import type { OsName } from "../core/os.ts";
import type { RuleRequest } from "../core/rule-request.ts";
import { type Seen, seen, unseen } from "../core/seen.ts";
import { packetsFor } from "./asked-packets.ts";
import { evaluate } from "./evaluate.ts";
import { type Look, readText } from "./gather-rule-facts.ts";
import { readHost } from "./gather-clients.ts";
import type { Packet } from "./packet.ts";
import { readLive } from "./read.ts";
import type { Verdict } from "./verdict.ts";

/** What the rules do with this machine's own connection to an address that others would connect to. */
export interface OwnWay {
  readonly to: Address;
  readonly port: number;
  readonly verdict: Verdict;
}

/**
 * This machine's own connections to the addresses and ports that a request is about, by the rules as they are now. Such a
 * connection comes in by `lo`: mostly other rules let it through, and then it proves nothing for others.
 */
export async function readOwnWays(
  request: RuleRequest,
  system: OsName,
  interfaces: readonly NetworkInterface[],
  look: Look,
): Promise<Seen<readonly OwnWay[]>> {
  if (system === "windows") return unseen("the firewall leaves what stays on this machine alone");
  if (system === "macos") return unseen("what pf's anchors hold can't be read whole");
  const rules = await readLive(async (argv) => (look.hasProgram(argv[0]!) ? readText(look, ...argv) : undefined));
  if (rules.kind === "unseen") return rules;
  const packets = packetsFor(request, interfaces, readHost(interfaces, look))
    .map(asOwn)
    .toSorted((a, b) => rank(a.destination) - rank(b.destination));
  const distinct = new Map(packets.map((packet) => [`${packet.destination.text} ${packet.port}`, packet]));
  return seen(
    [...distinct.values()].map((packet) => ({
      to: packet.destination,
      port: packet.port,
      verdict: evaluate(rules.value, packet),
    })),
  );
}

function asOwn(packet: Packet): Packet {
  return { ...packet, source: packet.destination, way: { kind: "self" } };
}

/** The address that people use comes first. */
function rank({ family, scopeId, text }: Address): number {
  return family === 4 ? 0 : scopeId === 0 && !text.startsWith("fe80:") ? 1 : 2;
}
