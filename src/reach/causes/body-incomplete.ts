import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import type { HttpAnswer } from "../speak/conversation.ts";
import { answerOf, describeSpeaker, describeStatus, mainTalk } from "../reading/talks.ts";

export const bodyIncomplete: Cause = {
  code: "BODY_INCOMPLETE",
  stage: "protocol",
  summary: "the answer begins, and its body stops before its end",
  explain: [
    "The server said how its answer ends, and less came: it crashed or was stopped in between, gave a wrong Content-Length,",
    "or something on the way broke the connection. Browsers say ERR_CONTENT_LENGTH_MISMATCH, curl `transfer closed`.",
    "The server's log says more.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["MTU_BLACK_HOLE"],
  judge(facts) {
    const { conversation } = facts.more;
    const main = mainTalk(facts);
    const answer = answerOf(main?.talk);
    if (!conversation || !main || !answer || !isIncomplete(answer)) return undefined;
    const { announced, received, bodyEnd } = answer;
    const how = bodyEnd === "stalled" ? "then nothing more" : "then the connection was closed";
    const from = formatEndpoint(conversation.to);
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} and sends ${announced === undefined ? `${received} bytes without their end` : `${received} of ${announced} bytes`}, ${how}`,
      evidence: [
        {
          what:
            announced === undefined
              ? `${received} bytes came from ${from}, and not the end of the body (its last chunk)`
              : `Content-Length is ${announced}, and ${received} bytes came from ${from}`,
          source: "HTTP",
        },
      ],
      remedies: [{ what: `see what the server logs about ${main.asked}`, commands: [], risk: "none" }],
    };
  },
};

function isIncomplete({ announced, received, bodyEnd }: HttpAnswer): boolean {
  // A stream that says nothing of its length may pause as long as it likes.
  if (announced === undefined) return bodyEnd === "closed-early";
  return received < announced && (bodyEnd === "stalled" || bodyEnd === "closed-early");
}
