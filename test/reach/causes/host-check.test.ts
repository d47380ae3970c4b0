import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import type { ServerKind } from "../../../src/reach/recognize/server.ts";
import type { HttpAnswer } from "../../../src/reach/speak/conversation.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const url = { scheme: "http", path: "/" } as const;
const refusal = (status: number, body: string): Partial<HttpAnswer> => ({ status, reason: "Forbidden", body });
const asked = (server: ServerKind, first: Partial<HttpAnswer>, other?: Partial<HttpAnswer>) =>
  factsOf({
    request: requestOf("dev.test:8000", { url }),
    candidates: [candidateOf("192.168.1.20", "dev.test")],
    attempts: [connected("192.168.1.20")],
    listeners: [listenerOf("0.0.0.0", { owners: [ownerOf({ server })] })],
    more: {
      conversation: conversationOf({
        at: "192.168.1.20",
        host: "dev.test",
        http: answered(first),
        ...(other && { otherHost: answered(other) }),
      }),
    },
  });
const BLOCKED =
  'Blocked request. This host ("dev.test") is not allowed.\nTo allow this host, add it to server.allowedHosts';

describe("HOST_CHECK", () => {
  test("is found where the name is refused and localhost is not", () => {
    const finding = onlyFinding(asked("vite", refusal(403, BLOCKED), {}));
    expect(finding).toMatchObject({
      code: "HOST_CHECK",
      severity: "blocks",
      title: "vite (pid 4711) refuses the host name dev.test (403 Forbidden); as localhost it answers 200 OK",
    });
    expect(finding.remedies[0]?.what).toContain('`server.allowedHosts: ["dev.test"]` in vite.config');
    expect(finding.remedies[1]?.commands).toEqual([["portguard", "reach", "http://localhost:8000/"]]);
  });

  test("names the setting of the server that is known by its command line or by its words", () => {
    const settingOf = (server: ServerKind, body: string) =>
      onlyFinding(asked(server, refusal(400, body), {})).remedies[0]?.what;
    expect(settingOf("django", "<h1>Bad Request (400)</h1>")).toContain("ALLOWED_HOSTS");
    expect(settingOf("rails", "")).toContain('config.hosts << "dev.test"');
    expect(settingOf("next", "")).toContain("allowedDevOrigins");
    expect(settingOf("webpack-dev-server", "Invalid Host header")).toContain("devServer.allowedHosts");
    expect(settingOf("node", BLOCKED)).toContain("server.allowedHosts");
    expect(settingOf("uvicorn", "Invalid host header")).toContain("TrustedHostMiddleware");
    expect(settingOf("other", "")).toContain("list of allowed hosts");
  });

  test("names the MCP SDK's protection where `initialize` is refused with 421", () => {
    const facts = asked("uvicorn", {});
    const initialize = answered({ status: 421, reason: "Misdirected Request", body: "Invalid Host header" });
    const mcp = { transport: "streamable-http", initialize, session: "none" } as const;
    const conversation = conversationOf({
      host: "dev.test",
      mcp,
      otherHost: answered({ status: 400, reason: "Bad Request" }),
    });
    const finding = onlyFinding({ ...facts, more: { conversation } });
    expect(finding.code).toBe("HOST_CHECK");
    expect(finding.remedies[0]?.what).toContain('TransportSecuritySettings(allowed_hosts=["dev.test:*"])');
  });

  test("is silent where localhost is refused just the same: it is not about the name", () => {
    expect(codesOf(asked("vite", refusal(403, "login first"), refusal(403, "login first")))).toEqual([]);
  });

  test("is silent where nothing else was asked, and where the answer is no refusal", () => {
    expect(codesOf(asked("vite", refusal(403, BLOCKED)))).toEqual([]);
    expect(codesOf(asked("vite", { status: 404, reason: "Not Found" }, {}))).toEqual([]);
  });
});
