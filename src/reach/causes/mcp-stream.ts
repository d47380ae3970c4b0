import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import { answerOf, describeSpeaker, describeStatus, headerOf, showAnswer } from "../reading/talks.ts";

export const mcpStream: Cause = {
  code: "MCP_STREAM",
  stage: "protocol",
  summary: "a GET at the MCP endpoint gives neither an event stream nor 405, the two answers that clients know",
  explain: [
    "An MCP client may open a GET with `Accept: text/event-stream` to hear what the server says by itself. The protocol knows",
    "two answers: the stream, or 405 Method Not Allowed where the server has none. Clients take 405 as `go on without`, and",
    "anything else as a failed connection.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["MCP_NOT_SPOKEN"],
  judge(facts) {
    const { conversation } = facts.more;
    const mcp = conversation?.mcp;
    const answer = answerOf(mcp?.stream);
    if (!conversation || !mcp?.server || mcp.transport !== "streamable-http" || !answer) return undefined;
    const { status } = answer;
    if (status === 405 || status === 401 || status === 403) return undefined;
    const type = excerpt(headerOf(answer, "content-type") ?? "no type", 60);
    if (status < 300 && /^text\/event-stream\b/i.test(type)) return undefined;
    return {
      severity: "warning",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} (${type}) to the GET of an MCP client: neither an event stream nor 405`,
      evidence: [showAnswer(conversation, answer, "GET with `Accept: text/event-stream`")],
      remedies: [
        {
          what: "let the server answer GET with text/event-stream, or with 405 Method Not Allowed",
          commands: [],
          risk: "restart",
        },
      ],
    };
  },
};
