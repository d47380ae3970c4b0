import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import type { HttpTalk, McpTalk } from "../../../src/reach/speak/conversation.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, talkFailed } from "./talks.ts";

const asked = (stream: HttpTalk, transport: McpTalk["transport"] = "streamable-http") => {
  const server = { name: "files", version: "1.0", protocol: "2025-06-18" };
  const mcp = { transport, initialize: answered(), server, session: "none", stream } as const;
  return factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "http", path: "/mcp" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ mcp }) },
  });
};
const events = answered({ headers: [["content-type", "text/event-stream; charset=utf-8"]], bodyEnd: "stalled" });

describe("MCP_STREAM", () => {
  test("warns where GET gives neither a stream nor 405", () => {
    expect(onlyFinding(asked(answered({ status: 404, reason: "Not Found" })))).toMatchObject({
      code: "MCP_STREAM",
      severity: "warning",
      title:
        "uvicorn (pid 4711) answers 404 Not Found (text/plain) to the GET of an MCP client: neither an event stream nor 405",
    });
    expect(codesOf(asked(answered({ headers: [["content-type", "text/html"]] })))).toEqual(["MCP_STREAM"]);
  });

  test("is silent of a stream, of 405, and of a stream that has not begun yet", () => {
    expect(codesOf(asked(events))).toEqual([]);
    expect(codesOf(asked(answered({ status: 405, reason: "Method Not Allowed" })))).toEqual([]);
    expect(codesOf(asked(talkFailed("silent")))).toEqual([]);
  });

  test("is silent of the older transport, whose GET is its beginning", () => {
    expect(codesOf(asked(answered(), "sse"))).toEqual([]);
  });
});
