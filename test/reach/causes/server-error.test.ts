import { describe, expect, test } from "bun:test";
import { connected, factsOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const asked = (status: number, reason: string) =>
  factsOf({
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ http: answered({ status, reason, body: "oh no" }) }) },
  });

describe("SERVER_ERROR", () => {
  test("warns of a 500, with what the server said", () => {
    const finding = onlyFinding(asked(500, "Internal Server Error"));
    expect(finding).toMatchObject({
      code: "SERVER_ERROR",
      severity: "warning",
      title: "uvicorn (pid 4711) answers 500 Internal Server Error to GET /",
    });
    expect(finding.evidence[0]?.what).toEndWith(": oh no");
  });

  test("says of 502 to 504 that the server behind it does not answer, as it seems", () => {
    expect(onlyFinding(asked(502, "Bad Gateway")).title).toContain("hands on to a server that does not answer");
  });

  test("is silent of what a client did wrong", () => {
    expect(codesOf(asked(404, "Not Found"))).toEqual([]);
    expect(codesOf(asked(401, "Unauthorized"))).toEqual([]);
  });
});
