import type { Cause } from "../cause.ts";
import type { Remedy } from "../../core/finding.ts";
import { excerpt } from "../words/excerpt.ts";
import type { HttpAnswer } from "../speak/conversation.ts";
import { answerOf, describeSpeaker, describeStatus, showAnswer } from "../reading/talks.ts";

export const mcpNotSpoken: Cause = {
  code: "MCP_NOT_SPOKEN",
  stage: "protocol",
  summary: "the server answers over HTTP, and not as an MCP server: `initialize` got no result",
  explain: [
    "An MCP client begins with a POST of `initialize` (or, by the older transport, opens an event stream). A server that answers",
    "404 or 405 has its endpoint on another path (/mcp, /mcp/, /sse), 406 wants other Accept headers, 400 another version.",
    "401 is no such case: the server speaks, and wants a token.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["HOST_CHECK", "SCHEME_MISMATCH", "REDIRECTED"],
  judge(facts) {
    const { conversation } = facts.more;
    const mcp = conversation?.mcp;
    const answer = answerOf(mcp?.initialize);
    if (!conversation || !mcp || !answer || mcp.server) return undefined;
    if (answer.status === 401 || answer.status === 403 || (answer.status >= 300 && answer.status < 400))
      return undefined;
    const path = excerpt(facts.request.target.url?.path ?? "/");
    const asked = `\`initialize\` at ${path}`;
    return {
      severity: "blocks",
      title: `${describeSpeaker(facts, conversation)} does not speak MCP at ${path}: \`initialize\` got ${describeStatus(answer)}${answer.status < 300 ? " without a result that names a server" : ""}`,
      evidence: [showAnswer(conversation, answer, asked)],
      remedies: [findRemedy(answer)],
    };
  },
};

function findRemedy({ status }: HttpAnswer): Remedy {
  const what =
    status >= 500
      ? "see the server's log for the reason"
      : "see on which path the server has its MCP endpoint (/mcp, /mcp/ and /sse are usual), and by which transport";
  return { what, commands: [], risk: "none" };
}
