import { isLoopback } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { retarget } from "../words/target-text.ts";

export const loopbackTarget: Cause = {
  code: "LOOPBACK_TARGET",
  stage: "route",
  summary: "others are to reach it, and the target is a loopback address, which is everybody's own",
  explain: [
    "127.0.0.1, ::1 and localhost lead every machine, and every container, to itself. A link or a setting that has one of them",
    "works here and nowhere else.",
    "Give others this machine's address or name.",
  ],
  symptoms: ["connected", "refused", "timeout", "reset", "other-failure", "spared"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { from, target } = facts.request;
    const [candidate] = facts.candidates;
    if (from.kind === "here" || target.host.kind === "this-machine" || !candidate) return undefined;
    if (!facts.candidates.every(({ address }) => isLoopback(address))) return undefined;
    const { port, protocol } = target;
    const at = formatEndpoint({ protocol, port, address: candidate.address, dual: false });
    return {
      severity: "blocks",
      title: `${at} is every machine's own: from ${describeVantage(from)} it does not lead here`,
      evidence: [{ what: `${target.text} stands for ${at}`, source: "target" }],
      remedies: [useOwnAddress(facts)],
    };
  },
};

function useOwnAddress({ request: { target }, interfaces }: Facts): Remedy {
  const own = interfaces.flatMap(({ addresses }) => addresses).find(({ address }) => !isLoopback(address))?.address;
  if (!own) return { what: "give this machine an address that others can use", commands: [], risk: "none" };
  const text = retarget(target, { host: own.family === 6 ? `[${own.text}]` : own.text });
  return { what: `use this machine's own address: ${text}`, commands: [["portguard", "reach", text]], risk: "none" };
}
