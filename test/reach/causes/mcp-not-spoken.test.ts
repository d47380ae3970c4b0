import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import type { McpTalk } from "../../../src/reach/speak/conversation.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const asked = (status: number, reason: string, more: Partial<McpTalk> = {}) => {
  const initialize = answered({ status, reason, body: "" });
  const mcp = { transport: "streamable-http", initialize, session: "none", ...more } as const;
  return factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "http", path: "/mcp" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ mcp }) },
  });
};
const server = { name: "files", version: "1.0", protocol: "2025-06-18" };

describe("MCP_NOT_SPOKEN", () => {
  test("is found where `initialize` gets an error", () => {
    expect(onlyFinding(asked(404, "Not Found"))).toMatchObject({
      code: "MCP_NOT_SPOKEN",
      severity: "blocks",
      title: "uvicorn (pid 4711) does not speak MCP at /mcp: `initialize` got 404 Not Found",
    });
    expect(codesOf(asked(500, "Internal Server Error"))).toEqual(["MCP_NOT_SPOKEN"]);
  });

  test("is found where a page comes back in place of a result", () => {
    expect(onlyFinding(asked(200, "OK")).title).toEndWith(
      "`initialize` got 200 OK without a result that names a server",
    );
  });

  test("is silent where it is spoken, or a token is wanted first", () => {
    expect(codesOf(asked(200, "OK", { server }))).toEqual([]);
    expect(codesOf(asked(401, "Unauthorized"))).toEqual([]);
  });
});
