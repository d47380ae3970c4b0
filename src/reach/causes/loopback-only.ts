import { ANY4, ANY6, isLoopback } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { describeListening, mainOwner } from "../words/describe.ts";
import { showListener, showStart, showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { listenElsewhere } from "../remedies/listen-elsewhere.ts";
import { findMeantTries, findServing, type Try } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const loopbackOnly: Cause = {
  code: "LOOPBACK_ONLY",
  stage: "socket",
  summary: "the server listens on a loopback address, and others are to reach it",
  explain: [
    "A server on 127.0.0.1 or ::1 takes connections of this machine only: through any other address it is refused,",
    "from here and from everywhere else. Many development servers start that way.",
    "Let it listen on 0.0.0.0 (every IPv4 address), or leave it and bring clients in by a tunnel.",
  ],
  symptoms: ["refused", "connected", "spared"],
  needs: [],
  dependsOn: ["PUBLISHED_ON_LOOPBACK", "WSL_NAT"],
  judge(facts) {
    if (!wantsOutside(facts)) return undefined;
    const serving = findServing(facts);
    const [listener] = serving;
    if (!listener || !serving.every(({ row }) => isLoopback(row.at.address))) return undefined;
    const tries = findMeantTries(facts);
    const refused = tries.find(({ met }) => met === "refused");
    // Somebody may forward them before they come to a socket, or a rule may drop them: then that is the question.
    if (tries.length > 0 && (!refused || tries.some(({ met }) => met === "answer"))) return undefined;
    const owner = mainOwner(listener.owners);
    const consequence = refused ? `${formatEndpoint(refused.to)} is refused` : "no other machine gets there";
    return {
      severity: "blocks",
      title: `${describeListening(listener)} only: ${consequence}`,
      evidence: [...serving.map(showListener), ...showTries(tries, "refused"), ...(owner ? showStart(owner) : [])],
      remedies: [
        listenElsewhere(facts, listener, { address: chooseAddress(facts, refused) }),
        ...tunnel(facts, listener, refused),
      ],
    };
  },
};

/** Every address; where only containers are to get in, the one that they see. */
function chooseAddress({ request: { from }, interfaces }: Facts, refused: Try | undefined) {
  const bridge = interfaces.find(({ name }) => /^(?:docker0|podman0|cni-podman0)$/.test(name));
  const inner = bridge?.addresses.find(({ address }) => address.family === 4)?.address;
  if (from.kind === "container" && inner) return inner;
  return refused?.to.address.family === 6 ? ANY6 : ANY4;
}

function tunnel({ request }: Facts, { row }: Listener, refused: Try | undefined): readonly Remedy[] {
  if (request.from.kind === "container" || row.at.protocol === "udp" || !refused) return [];
  const { port, text } = { ...row.at, text: formatEndpoint(row.at) };
  const host = refused.to.address.text;
  return [
    {
      what: `leave it, and on the other machine: \`ssh -N -L ${port}:${text} ${host}\`, then localhost:${port} there`,
      commands: [],
      risk: "none",
    },
  ];
}
