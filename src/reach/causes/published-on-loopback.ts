import { isLoopback } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, describePlace } from "../words/describe.ts";
import { showListener, showStart, showTries } from "../words/evidence.ts";
import type { Listener } from "../facts.ts";
import type { Forwarder } from "../../holders/recognize/forwarder.ts";
import { publishPort } from "../remedies/publish.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const publishedOnLoopback: Cause = {
  code: "PUBLISHED_ON_LOOPBACK",
  stage: "socket",
  summary: "the container's port is published on 127.0.0.1 only, and others are to reach it",
  explain: [
    "`-p 127.0.0.1:8080:80` publishes a container's port to this machine alone, which is a good habit: what docker",
    "publishes on every address passes ufw's rules by. Other machines are refused.",
    "Publish it on the address that they use.",
  ],
  symptoms: ["refused", "connected"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    if (!wantsOutside(facts)) return undefined;
    const serving = findServing(facts);
    const [listener] = serving;
    const forwarder = listener && findPublisher(listener);
    if (!forwarder || !serving.every(({ row }) => isLoopback(row.at.address))) return undefined;
    const tries = findMeantTries(facts);
    const refused = tries.find(({ met }) => met === "refused");
    if (tries.length > 0 && (!refused || tries.some(({ met }) => met === "answer"))) return undefined;
    const { port } = facts.request.target;
    const consequence = refused ? `${formatEndpoint(refused.to)} is refused` : "no other machine gets there";
    const place = describePlace(listener.row);
    const [owner] = listener.owners;
    return {
      severity: "blocks",
      title: `a container's port is published on ${place} only, by ${describeOwner(listener)}: ${consequence}`,
      evidence: [showListener(listener), ...showTries(tries, "refused"), ...(owner ? showStart(owner) : [])],
      remedies: [publishPort(undefined, { port, inner: forwarder.to?.port ?? port })],
    };
  },
};

const PUBLISHERS: ReadonlySet<Forwarder["by"]> = new Set(["docker-proxy", "rootlessport", "pasta", "slirp4netns"]);

function findPublisher({ owners }: Listener): Forwarder | undefined {
  return owners.map(({ forwarder }) => forwarder).find((each) => each !== undefined && PUBLISHERS.has(each.by));
}
