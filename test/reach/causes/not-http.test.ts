import { describe, expect, test } from "bun:test";
import { connected, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, malformed, talkFailed } from "./talks.ts";

const url = { scheme: "http", path: "/" } as const;
const asked = (start: string | Uint8Array, request = requestOf("localhost:8000", { url })) =>
  factsOf({
    request,
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ http: malformed(start) }) },
  });

describe("NOT_HTTP", () => {
  test("names the protocol that answers in its place", () => {
    const finding = onlyFinding(asked("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
    expect(finding).toMatchObject({
      code: "NOT_HTTP",
      severity: "blocks",
      title: "uvicorn (pid 4711) speaks SSH on 127.0.0.1:8000",
    });
    expect(finding.evidence[0]?.what).toBe("the answer to GET / begins with `SSH-2.0-OpenSSH_9.2p1 Debian-2`");
  });

  test("knows HTTP/2 without TLS by its first frame", () => {
    const settings = Uint8Array.of(0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100);
    expect(onlyFinding(asked(settings)).title).toBe(
      "uvicorn (pid 4711) speaks HTTP/2 without TLS (gRPC, h2c) on 127.0.0.1:8000",
    );
  });

  test("claims nothing of bytes that it does not know, and shows them without control characters", () => {
    const finding = onlyFinding(asked("\u001b[2Jboo\u0007"));
    expect(finding.title).toContain("speaks something else than HTTP");
    expect(finding.evidence[0]?.what).toBe("the answer to GET / begins with `[2Jboo`");
  });

  test("knows a database by its process, which gives up at what it can't read", () => {
    const listeners = [listenerOf("0.0.0.0", { owners: [ownerOf({ server: "redis" })] })];
    const facts = { ...asked(""), listeners };
    const conversations = [
      conversationOf({ http: talkFailed("closed") }),
      conversationOf({ http: talkFailed("silent") }),
      conversationOf({ tls: { kind: "failed", failure: { kind: "reset", afterMs: 2 } } }),
    ];
    for (const conversation of conversations) {
      const finding = onlyFinding({ ...facts, more: { conversation } });
      expect(finding).toMatchObject({
        code: "NOT_HTTP",
        title: "redis (pid 4711) speaks its own protocol, and no HTTP on 127.0.0.1:8000",
      });
      expect(finding.remedies.map(({ risk }) => risk)).toEqual(["none"]);
    }
  });

  test("is silent of a bare port, of which nobody said that it is HTTP", () => {
    expect(codesOf(asked("SSH-2.0-x", requestOf("8000")))).toEqual([]);
  });

  test("is silent where HTTP came", () => {
    const facts = asked("");
    expect(codesOf({ ...facts, more: { conversation: conversationOf({ http: answered() }) } })).toEqual([]);
  });
});
