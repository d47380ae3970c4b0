import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import { type Seen, seen, valueOf } from "../../core/seen.ts";
import { describePacket } from "../../firewall/answer.ts";
import { answerOfPf } from "../../firewall/pf/answer.ts";
import { type LivePf, readLivePf } from "../../firewall/pf/read-live.ts";
import type { RunCommand } from "../../firewall/run-command.ts";
import type { Facts } from "../facts.ts";
import { findListed } from "../reading/listed-program.ts";
import { findServingAt } from "../reading/tries.ts";
import type { MacosWay, RuledWays } from "../ruled-way.ts";
import type { AskedWay } from "./ways.ts";

/** What pf and the application firewall do with connections from other machines; both have to let one in. */
export async function judgeByMacos(facts: Facts, ways: readonly AskedWay[], run: RunCommand): Promise<Seen<RuledWays>> {
  const pf = await readLivePf(run);
  if (pf.kind === "unseen") return pf;
  const redirects = pf.value.kind === "on" ? pf.value.redirects : [];
  const missing = redirects.slice(0, 3).map((rule) => `pf may send it elsewhere: \`${rule}\``);
  return seen({ ways: ways.map((way) => judgeMacosWay(facts, way, pf.value)), outside: [], missing });
}

/** Judges one connection, for whoever would take it now. */
export function judgeMacosWay(facts: Facts, { candidate, packet }: AskedWay, pf: LivePf): MacosWay {
  const { source: client, destination: address, port, way, protocol } = packet;
  const asked = describePacket(packet);
  const by = way.kind === "in" && way.interface !== undefined ? { interface: way.interface } : {};
  const first =
    pf.kind === "off"
      ? passBy(asked)
      : answerOfPf(pf.rules, { protocol, source: client, destination: address, port, ...by }, asked);
  const answer =
    first.verdict === "accept" ? { ...first, ...askApplicationFirewall(facts, { candidate, packet }) } : first;
  const { verdict: kind, because, assumed } = answer;
  const arrives = { address, port, forwarded: false };
  return {
    by: "macos",
    candidate,
    client,
    way,
    answer,
    verdict: { kind, because, assumed, ...(kind === "accept" && { arrives }) },
  };
}

function passBy(asked: string): FirewallAnswer {
  return { verdict: "accept", because: "let through: pf is off", asked, assumed: [], trace: [] };
}

/** It knows programs, and asks about those that it does not know; nothing where it lets this one in, too. */
function askApplicationFirewall(
  facts: Facts,
  { packet: { destination: address } }: AskedWay,
): Pick<FirewallAnswer, "verdict" | "because"> | undefined {
  const known = facts.machine.macos?.applicationFirewall;
  const firewall = valueOf(known);
  if (!firewall) {
    const why = known?.kind === "unseen" ? known.because : "it was not seen";
    return { verdict: "unknown", because: `whether the application firewall lets it in can't be told: ${why}` };
  }
  if (!firewall.on) return undefined;
  if (firewall.blockAll)
    return { verdict: "drop", because: "dropped: the application firewall blocks all that comes in" };
  const { protocol, port } = facts.request.target;
  const [listener] = findServingAt(facts, { protocol, address, port, dual: false });
  const blocked = listener && findListed(listener, firewall.blocked);
  if (blocked !== undefined) return { verdict: "drop", because: `dropped: the application firewall blocks ${blocked}` };
  if (listener && findListed(listener, firewall.allowed) !== undefined) return undefined;
  const because = "the application firewall is on, and the program that listens is not on its list";
  return { verdict: "unknown", because };
}
