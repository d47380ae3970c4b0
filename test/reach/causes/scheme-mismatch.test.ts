import { describe, expect, test } from "bun:test";
import type { Conversation } from "../../../src/reach/speak/conversation.ts";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, secured } from "./talks.ts";

const asked = (scheme: "http" | "https" | "ws" | "wss" | undefined, parts: Partial<Conversation>) =>
  factsOf({
    request: requestOf("localhost:8000", scheme ? { url: { scheme, path: "/x" } } : {}),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf(parts) },
  });
const plain = { kind: "plain", start: Buffer.from("HTTP/1.1 400 Bad Request\r\n") } as const;

describe("SCHEME_MISMATCH", () => {
  test("is found where https was spoken to a plain port", () => {
    const finding = onlyFinding(asked("https", { tls: plain }));
    expect(finding).toMatchObject({
      code: "SCHEME_MISMATCH",
      severity: "blocks",
      title: "uvicorn (pid 4711) speaks no TLS on 127.0.0.1:8000: it answers the handshake in plain text",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "http://localhost:8000/x"]]);
  });

  test("is found where http was spoken to a TLS port, by what comes back or by what the server says", () => {
    const finding = onlyFinding(asked("http", { http: { kind: "tls" } }));
    expect(finding.title).toBe("uvicorn (pid 4711) speaks TLS on 127.0.0.1:8000, and was asked in plain HTTP");
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "https://localhost:8000/x"]]);
    const body = "<center>The plain HTTP request was sent to HTTPS port</center>";
    expect(codesOf(asked("http", { http: answered({ status: 400, body }) }))).toEqual(["SCHEME_MISMATCH"]);
  });

  test("leaves the greeting of another protocol to NOT_HTTP", () => {
    const tls = { kind: "plain", start: Buffer.from("220 mx.example ESMTP\r\n") } as const;
    const finding = onlyFinding(asked("https", { tls }));
    expect(finding).toMatchObject({
      code: "NOT_HTTP",
      title: "uvicorn (pid 4711) speaks SMTP (mail) on 127.0.0.1:8000",
    });
  });

  test("swaps the schemes of WebSockets, too", () => {
    const finding = onlyFinding(asked("wss", { tls: plain }));
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "ws://localhost:8000/x"]]);
  });

  test("is silent of a bare port, for which no scheme was named", () => {
    expect(codesOf(asked(undefined, { http: { kind: "tls" } }))).toEqual([]);
  });

  test("is silent where each speaks what was asked, and of other bad requests", () => {
    expect(codesOf(asked("https", { tls: secured(), http: answered() }))).toEqual([]);
    expect(codesOf(asked("http", { http: answered({ status: 400, body: "missing parameter" }) }))).toEqual([]);
  });
});
