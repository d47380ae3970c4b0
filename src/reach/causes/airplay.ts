import { isAirPlay } from "../../holders/recognize/service.ts";
import type { Cause } from "../cause.ts";
import { describeListening } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import { findServing } from "../reading/tries.ts";
import { reachInstead } from "../words/target-text.ts";
import { answerOf, headerOf, mainTalk, showAnswer } from "../reading/talks.ts";
import type { Facts, Listener } from "../facts.ts";

export const airplay: Cause = {
  code: "AIRPLAY",
  stage: "process",
  summary: "macOS' AirPlay receiver has the port, and answers 403 in place of the server that is meant",
  explain: [
    "Since macOS 12 the Control Center listens on ports 5000 and 7000 for AirPlay, on every address. Flask and others have 5000",
    "by default: their clients get `403 Forbidden` from AirTunes, or the server does not start.",
    "Give the server another port, or switch the AirPlay receiver off (System Settings, AirDrop & Handoff).",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { port } = facts.request.target;
    if (facts.system !== "macos" || !facts.isLocal) return undefined;
    const serving = findServing(facts);
    const [listener] = serving;
    if (!listener || !serving.every(isReceiver)) return undefined;
    return {
      severity: "blocks",
      title: `${describeListening(listener)}: port ${port} is macOS' AirPlay receiver, not a server of yours`,
      evidence: [showListener(listener), ...showAirTunes(facts)],
      remedies: [
        reachInstead(`give your server another port, ${port + 1} for one`, String(port + 1)),
        {
          what: "switch the receiver off: System Settings, General, AirDrop & Handoff, AirPlay Receiver",
          commands: [],
          risk: "none",
          undo: "switch it on again there",
        },
      ],
    };
  },
};

function isReceiver({ owners, row }: Listener): boolean {
  return owners.length > 0 && owners.every(({ process }) => isAirPlay(process, row.at.port));
}

function showAirTunes(facts: Facts) {
  const { conversation } = facts.more;
  const main = mainTalk(facts);
  const answer = answerOf(main?.talk);
  if (!conversation || !main || !answer) return [];
  const server = headerOf(answer, "server");
  return [
    showAnswer(conversation, answer, main.asked),
    ...(server === undefined ? [] : [{ what: `its Server header is ${server}`, source: "HTTP" }]),
  ];
}
