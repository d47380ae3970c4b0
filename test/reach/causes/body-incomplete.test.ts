import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../../src/reach/speak/conversation.ts";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const asked = (overrides: Partial<HttpAnswer>) =>
  factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "http", path: "/" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ http: answered(overrides) }) },
  });

describe("BODY_INCOMPLETE", () => {
  test("is found where less came than was announced", () => {
    expect(onlyFinding(asked({ bodyEnd: "closed-early", received: 512, announced: 1000 }))).toMatchObject({
      code: "BODY_INCOMPLETE",
      severity: "blocks",
      title: "uvicorn (pid 4711) answers 200 OK and sends 512 of 1000 bytes, then the connection was closed",
    });
    expect(onlyFinding(asked({ bodyEnd: "stalled", received: 5, announced: 9000 })).title).toEndWith(
      "then nothing more",
    );
  });

  test("is silent of a stream that says nothing of its length", () => {
    const { announced: _, ...stream } = { bodyEnd: "stalled", received: 20, announced: 0 } as const;
    const facts = asked(stream);
    const http = answered(stream);
    if (http.kind !== "answered") throw new Error("an answer was made");
    const { announced: __, ...answer } = http.answer;
    const conversation = conversationOf({ http: { kind: "answered", answer } });
    expect(codesOf({ ...facts, more: { conversation } })).toEqual([]);
  });

  test("is found where the connection ends before a body in chunks does", () => {
    const http = answered({ bodyEnd: "closed-early", received: 20 });
    if (http.kind !== "answered") throw new Error("an answer was made");
    const { announced: _, ...answer } = http.answer;
    const conversation = conversationOf({ http: { kind: "answered", answer } });
    expect(onlyFinding({ ...asked({}), more: { conversation } }).title).toBe(
      "uvicorn (pid 4711) answers 200 OK and sends 20 bytes without their end, then the connection was closed",
    );
  });

  test("is silent where we cut the body ourselves, or all of it came", () => {
    expect(codesOf(asked({ bodyEnd: "cut", received: 65_536, announced: 10_000_000 }))).toEqual([]);
    expect(codesOf(asked({ bodyEnd: "complete", received: 11, announced: 11 }))).toEqual([]);
  });
});
