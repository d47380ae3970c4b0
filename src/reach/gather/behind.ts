import type { Attempt, Candidate } from "../../core/diagnosis.ts";
import type { Network } from "../../core/network.ts";
import type { Facts } from "../facts.ts";
import { tryOn } from "../reading/stopped.ts";
import type { LinuxWay } from "../ruled-way.ts";
import { connectToAll } from "./attempts.ts";

const MOST_TRIED = 4;

/**
 * Connects to where the connections of others are sent on to, once to each place: our own are often not sent there, so that
 * what they met says nothing of it. UDP would say no more than that.
 */
export async function tryBehind(
  facts: Facts,
  ways: readonly LinuxWay[],
  network: Network,
): Promise<readonly Attempt[]> {
  const { request, spared } = facts;
  if (request.target.protocol === "udp" || spared !== undefined) return [];
  const open = ways.filter((way) => way.verdict.kind === "accept" && tryOn(facts, way)?.met !== "answer");
  const places = new Map(
    open.flatMap(({ sentTo }) => (sentTo ? [[`${sentTo.address.text} ${sentTo.port}`, sentTo] as const] : [])),
  );
  const tried = [...places.values()].slice(0, MOST_TRIED).map(({ address, port }) => {
    const candidate: Candidate = { address, as: address.text };
    return connectToAll({ ...request, target: { ...request.target, port } }, [candidate], true, network);
  });
  return (await Promise.all(tried)).flat();
}
