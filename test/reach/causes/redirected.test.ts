import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const to = (location: string) =>
  answered({ status: 302, reason: "Found", headers: [["location", location]], body: "" });
const asked = (talk: ReturnType<typeof to>, scheme: "http" | "ws" = "http") =>
  factsOf({
    request: requestOf("dev.test:8000", { url: { scheme, path: "/mcp" } }),
    attempts: [connected("127.0.0.1")],
    more: {
      conversation: conversationOf({ host: "dev.test", ...(scheme === "http" ? { http: talk } : { upgrade: talk }) }),
    },
  });

describe("REDIRECTED", () => {
  test("warns where clients are sent to another host, which was not asked", () => {
    const finding = onlyFinding(asked(to("http://localhost:3000/login")));
    expect(finding).toMatchObject({
      code: "REDIRECTED",
      severity: "warning",
      title: "uvicorn (pid 4711) answers 302 Found to GET /mcp and sends clients on to http://localhost:3000/login",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "http://localhost:3000/login"]]);
  });

  test("blocks MCP and WebSocket clients, most of which don't follow", () => {
    const mcp = { transport: "streamable-http", initialize: to("/mcp/"), session: "none" } as const;
    const facts = asked(to("/"));
    const finding = onlyFinding({ ...facts, more: { conversation: conversationOf({ host: "dev.test", mcp }) } });
    expect(finding).toMatchObject({ code: "REDIRECTED", severity: "blocks" });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "http://dev.test:8000/mcp/"]]);
    expect(onlyFinding(asked(to("/live/"), "ws"))).toMatchObject({ code: "REDIRECTED", severity: "blocks" });
  });

  test("is silent of a page that moves within its own host, to https or a path", () => {
    expect(codesOf(asked(to("/login")))).toEqual([]);
    expect(codesOf(asked(to("https://www.dev.test/")))).toEqual([]);
  });

  test("is silent of a Location that is none", () => {
    expect(codesOf(asked(to("http://[")))).toEqual([]);
  });
});
