import { isLoopback } from "../../core/address.ts";
import type { Candidate } from "../../core/diagnosis.ts";
import type { Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { ReachRequest } from "../../core/target.ts";
import { connectToAll, sendToAll } from "../gather/attempts.ts";
import { converseWith } from "../gather/converse-with.ts";
import { locate } from "../gather/locate.ts";
import { symptomOf } from "../symptoms.ts";

/**
 * Whether the target answers now, with the probes of `diagnose` and nothing that explains them: TCP takes a connection; a
 * URL answers with a status under 500; UDP sends something back.
 */
export async function isReachable(request: ReachRequest, os: Os): Promise<boolean> {
  const network = await os.network();
  const candidates = await findMeant(request, network);
  if (request.target.protocol === "udp") {
    const datagrams = await sendToAll(request, candidates, false, network);
    return datagrams.some(({ outcome }) => outcome.kind === "answered");
  }
  const attempts = await connectToAll(request, candidates, true, network);
  const connects = attempts.some((attempt) => symptomOf(attempt) === "connected");
  if (!connects || (!request.target.url && request.probe === undefined)) return connects;
  const { http, upgrade, mcp, tls } = (await converseWith({ request, attempts, listeners: [] })) ?? {};
  const answer = http ?? upgrade ?? mcp?.discover ?? mcp?.initialize;
  return answer ? answer.kind === "answered" && answer.answer.status < 500 : tls?.kind !== "failed";
}

/** The addresses that the target means; of a bare port, the loopbacks. */
async function findMeant(request: ReachRequest, network: Network): Promise<readonly Candidate[]> {
  const { candidates } = await locate(request, network);
  const { host } = request.target;
  return host.kind === "this-machine" ? candidates.filter(({ address }) => isLoopback(address)) : candidates;
}
