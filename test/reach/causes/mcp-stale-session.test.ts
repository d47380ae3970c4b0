import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import type { HttpTalk, McpTalk } from "../../../src/reach/speak/conversation.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, talkFailed } from "./talks.ts";

const asked = (stale: HttpTalk | undefined, session: McpTalk["session"] = "given") => {
  const server = { name: "files", version: "1.0", protocol: "2025-06-18" };
  const initialize = answered();
  const mcp = { transport: "streamable-http", initialize, server, session, ...(stale && { stale }) } as const;
  return factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "http", path: "/mcp" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ mcp }) },
  });
};
const status = (code: number, reason: string, body = "") => answered({ status: code, reason, body });

describe("MCP_STALE_SESSION", () => {
  test("warns where an unknown session gets 500", () => {
    expect(onlyFinding(asked(status(500, "Internal Server Error")))).toMatchObject({
      code: "MCP_STALE_SESSION",
      severity: "warning",
      title:
        "uvicorn (pid 4711) answers 500 Internal Server Error for a session that it does not know, not 404: its clients won't survive a restart",
    });
  });

  test("warns of 400, of an error within a 200, and of a server that breaks down", () => {
    expect(onlyFinding(asked(status(400, "Bad Request"))).title).toContain("answers 400 Bad Request");
    const body = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no such session"}}';
    expect(onlyFinding(asked(status(200, "OK", body))).title).toContain("answers 200 OK with an error");
    expect(onlyFinding(asked(talkFailed("reset"))).title).toContain("resets the connection");
    const gone = { kind: "failed", failure: { kind: "not-connected", because: "ECONNREFUSED" } } as const;
    expect(onlyFinding(asked(gone)).title).toContain("takes no more connections");
  });

  test("is silent where it gets 404, as the protocol says", () => {
    expect(codesOf(asked(status(404, "Not Found")))).toEqual([]);
  });

  test("is silent where the server serves it all the same, or has no sessions", () => {
    expect(codesOf(asked(status(200, "OK", '{"jsonrpc":"2.0","id":1,"result":{}}')))).toEqual([]);
    expect(codesOf(asked(status(500, "Internal Server Error"), "none"))).toEqual([]);
    expect(codesOf(asked(undefined))).toEqual([]);
  });
});
