import type { Address } from "../../core/address.ts";
import { type Seen, seen, valueOf } from "../../core/seen.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import { runCommand } from "../../firewall/run-command.ts";
import { questionOf } from "../../firewall/windows/clients.ts";
import { judgeWindows } from "../../firewall/windows/judge.ts";
import { lookAtWindows, type WindowsLook } from "../../firewall/windows/look.ts";
import type { WindowsFirewall } from "../../firewall/windows/model.ts";
import type { NetworkKinds } from "../../firewall/windows/network-kinds.ts";
import { readWindowsFirewall } from "../../firewall/windows/registry.ts";
import { describeServers } from "../../firewall/windows/servers.ts";
import { explainWindowsStop } from "../../firewall/windows/stop.ts";
import type { Facts } from "../facts.ts";
import { findServingAt } from "../reading/tries.ts";
import type { RuledWays, WindowsWay } from "../ruled-way.ts";
import type { MoreContext } from "./more-context.ts";
import type { AskedWay } from "./ways.ts";

/** So long PowerShell may take to say of what kind the networks are, in milliseconds. */
const PATIENCE_MS = 10_000;

/** What the firewall of Windows does with connections from other machines. */
export async function judgeByWindows(
  facts: Facts,
  ways: readonly AskedWay[],
  { os, network }: MoreContext,
): Promise<Seen<RuledWays>> {
  const look = lookAtWindows(os, network, (command) => runCommand(command, PATIENCE_MS));
  const registry = look.registry();
  if (registry.kind === "unseen") return registry;
  const kinds = valueOf(await look.kinds());
  const place = { firewall: readWindowsFirewall(registry.value), look, ...(kinds && { kinds }) };
  // What becomes of a connection hangs on the program that takes it: where nobody does, there is none to ask for.
  const served = ways.filter(({ packet }) => listServing(facts, packet.destination).length > 0);
  const asked = served.length > 0 ? served : ways;
  return seen({ ways: asked.map((way) => judgeWindowsWay(facts, way, place)), outside: [], missing: [] });
}

export interface WindowsJudging {
  readonly firewall: WindowsFirewall;
  readonly kinds?: NetworkKinds;
  readonly look: Pick<WindowsLook, "process" | "realPath" | "environment">;
}

/** Judges one connection, for whoever would take it now. */
export function judgeWindowsWay(
  facts: Facts,
  { candidate, packet }: AskedWay,
  { firewall, kinds, look }: WindowsJudging,
): WindowsWay {
  const servers = describeServers(listServing(facts, packet.destination), firewall, look);
  const { environment } = look;
  const place = { firewall, interfaces: facts.interfaces, environment, servers, ...(kinds && { kinds }) };
  const { asked, verdict } = judgeWindows(firewall, questionOf(packet, place));
  const { source: client, destination: address, port, way } = packet;
  const isIn = verdict.kind === "accept";
  return {
    by: "windows",
    candidate,
    client,
    way,
    asked,
    verdict: {
      ...verdict,
      ...(isIn && { arrives: { address, port, forwarded: false } }),
      assumed: isIn ? ["no other product filters beside Windows' own firewall"] : [],
    },
    ...(verdict.kind === "drop" && { stop: explainWindowsStop(firewall, asked, verdict) }),
  };
}

/** Who gets the connection: the most specific socket's. */
function listServing(facts: Facts, address: Address): readonly (ProcessInfo | undefined)[] {
  const { protocol, port } = facts.request.target;
  const [listener] = findServingAt(facts, { protocol, address, port, dual: false });
  if (!listener) return [];
  return listener.owners.length > 0 ? listener.owners.map(({ process }) => process) : [undefined];
}
