import type { Cause } from "../cause.ts";
import type { HttpTalk } from "../speak/conversation.ts";
import { describeSpeaker, describeStatus } from "../reading/talks.ts";

export const mcpStaleSession: Cause = {
  code: "MCP_STALE_SESSION",
  stage: "protocol",
  summary:
    "the MCP server does not answer 404 to a session that it does not know: its clients won't survive its restart",
  explain: [
    "After a restart an MCP server has forgotten its sessions, and clients go on with their old Mcp-Session-Id. The protocol",
    "says 404 Not Found to that, and a client then begins anew with `initialize`. A server that answers 400, 500 or something",
    "else, or breaks down, leaves its clients in the cold until they are restarted, too.",
    "Answer 404 to unknown session ids, or run without sessions (stateless).",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: ["MCP_NOT_SPOKEN"],
  judge(facts) {
    const { conversation } = facts.more;
    const mcp = conversation?.mcp;
    // The older transport says nothing of what a session that is gone is to get.
    if (!conversation || !mcp?.stale || mcp.session !== "given" || mcp.transport === "sse") return undefined;
    const got = tellWrong(mcp.stale);
    if (got === undefined) return undefined;
    return {
      severity: "warning",
      title: `${describeSpeaker(facts, conversation)} ${got} for a session that it does not know, not 404: its clients won't survive a restart`,
      evidence: [{ what: `a request under a made-up Mcp-Session-Id: it ${got}`, source: "MCP" }],
      remedies: [
        {
          what: "let the server answer 404 to unknown session ids (a newer SDK may do so), or run it without sessions (stateless_http, `sessionIdGenerator: undefined`)",
          commands: [],
          risk: "restart",
        },
      ],
    };
  },
};

/** What it did instead of 404; nothing where its clients get along with it. */
function tellWrong(stale: HttpTalk): string | undefined {
  switch (stale.kind) {
    case "tls":
      return undefined;
    case "failed":
      return FAILURES[stale.failure.kind];
    case "answered": {
      const { answer } = stale;
      if (answer.status === 404 || answer.status === 401 || answer.status === 403) return undefined;
      // Served all the same: nobody is left behind, unless what it serves is an error within.
      if (answer.status < 400 && !/"error"\s*:\s*\{/.test(answer.body)) return undefined;
      return `answers ${describeStatus(answer)}${answer.status < 400 ? " with an error" : ""}`;
    }
  }
}

const FAILURES = {
  closed: "closes the connection without an answer",
  reset: "resets the connection",
  silent: "does not answer",
  malformed: "answers with something that is not HTTP",
  "not-connected": "takes no more connections",
} as const;
