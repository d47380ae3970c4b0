import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, secured } from "./talks.ts";

const asked = (parts: Parameters<typeof conversationOf>[0]) =>
  factsOf({
    request: requestOf("localhost:8000", { url: { scheme: parts.tls ? "https" : "http", path: "/" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf(parts) },
  });

describe("HTTP2_ONLY", () => {
  test("warns where plain HTTP/2 was the only thing that was answered", () => {
    expect(onlyFinding(asked({ http: answered({ version: "2" }) }))).toMatchObject({
      code: "HTTP2_ONLY",
      severity: "warning",
      title:
        "uvicorn (pid 4711) speaks HTTP/2 only on 127.0.0.1:8000, without TLS: browsers and HTTP/1.1 clients get no answer",
    });
  });

  test("is silent of HTTP/2 over TLS, and of HTTP/1.1", () => {
    expect(codesOf(asked({ tls: secured(), http: answered({ version: "2" }) }))).toEqual([]);
    expect(codesOf(asked({ http: answered() }))).toEqual([]);
  });
});
