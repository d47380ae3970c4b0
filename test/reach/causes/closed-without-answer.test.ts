import { describe, expect, test } from "bun:test";
import { connected, factsOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, talkFailed } from "./talks.ts";

const url = { scheme: "http", path: "/x" } as const;
const asked = (http: ReturnType<typeof answered>) =>
  factsOf({
    request: requestOf("localhost:8000", { url }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ http }) },
  });

describe("CLOSED_WITHOUT_ANSWER", () => {
  test("is found where the request gets nothing but the end of the connection", () => {
    expect(onlyFinding(asked(talkFailed("closed")))).toMatchObject({
      code: "CLOSED_WITHOUT_ANSWER",
      severity: "blocks",
      title: "uvicorn (pid 4711) takes the connection to 127.0.0.1:8000 and closes it without an answer",
    });
    expect(onlyFinding(asked(talkFailed("reset"))).evidence[0]?.what).toBe("after GET /x, the connection was reset");
  });

  test("says so of a TLS handshake, too", () => {
    const facts = asked(answered());
    const tls = { kind: "failed", failure: { kind: "closed", afterMs: 2 } } as const;
    const finding = onlyFinding({ ...facts, more: { conversation: conversationOf({ tls }) } });
    expect(finding.evidence[0]?.what).toBe("after our TLS ClientHello, the connection was closed");
  });

  test("is found where a bare connection is reset at once, and only warns where it is closed", () => {
    const reset = factsOf({ attempts: [connected("127.0.0.1", { greeting: { kind: "reset" } }), refused("::1")] });
    expect(onlyFinding(reset)).toMatchObject({ code: "CLOSED_WITHOUT_ANSWER", severity: "blocks" });
    const closed = factsOf({ attempts: [connected("127.0.0.1", { greeting: { kind: "closed" } }), refused("::1")] });
    expect(onlyFinding(closed)).toMatchObject({ code: "CLOSED_WITHOUT_ANSWER", severity: "warning" });
  });

  test("is silent where another address of the target takes the connection and keeps it", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "closed" } }), connected("::1")];
    expect(codesOf(factsOf({ attempts }))).toEqual([]);
  });

  test("is silent where an answer came, whatever the greeting", () => {
    expect(codesOf(asked(answered()))).toEqual([]);
  });
});
