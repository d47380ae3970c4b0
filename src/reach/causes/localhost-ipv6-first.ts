import type { Evidence } from "../../core/finding.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeListening } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import type { Facts } from "../facts.ts";
import { reachInstead, retarget } from "../words/target-text.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";

export const localhostIpv6First: Cause = {
  code: "LOCALHOST_IPV6_FIRST",
  stage: "name",
  summary: "`localhost` is ::1 first, and the server is on 127.0.0.1 only",
  explain: [
    "`localhost` mostly stands for ::1 and 127.0.0.1, in this order. Browsers and curl try both; clients that try the first",
    "address only are refused, though the server runs: Node 17 to 19, some HTTP libraries, health checks.",
    "Write 127.0.0.1 where the client is told its target, or let the server listen on ::1 too.",
  ],
  symptoms: ["refused"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { host } = facts.request.target;
    if (host.kind !== "name" || !/^(?:.+\.)?localhost\.?$/i.test(host.name)) return undefined;
    const [first, ...others] = findMeantTries(facts);
    const got = others.find(({ to, met }) => to.address.family === 4 && met === "answer");
    if (first?.to.address.family !== 6 || first.met !== "refused" || !got) return undefined;
    const [listener] = findServing(facts);
    const who = listener ? describeListening(listener) : `${formatEndpoint(got.to)} answers`;
    return {
      severity: "warning",
      title: `${who}, and ${host.name} is ${first.to.address.text} first: clients that try one address only are refused`,
      evidence: [first.evidence, got.evidence, ...(listener ? [showListener(listener)] : []), ...showName(facts)],
      remedies: [
        reachInstead(
          `write ${got.to.address.text} instead of ${host.name} where clients are told`,
          retarget(facts.request.target, { host: got.to.address.text }),
        ),
        {
          what: "have Node ask for IPv4 first (versions 17 to 19 try one address only)",
          commands: [["export", "NODE_OPTIONS=--dns-result-order=ipv4first"]],
          risk: "none",
          undo: "`unset NODE_OPTIONS`",
        },
      ],
    };
  },
};

function showName({ name }: Facts): readonly Evidence[] {
  if (name?.kind !== "addresses") return [];
  const order = name.addresses.map(({ text }) => text).join(", ");
  return [{ what: `${name.name} is ${order}, in this order`, source: "resolver" }];
}
