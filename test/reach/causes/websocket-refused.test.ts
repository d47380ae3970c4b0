import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const asked = (status: number, reason: string) =>
  factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "ws", path: "/live" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ upgrade: answered({ status, reason, body: "" }) }) },
  });

describe("WEBSOCKET_REFUSED", () => {
  test("is found where the upgrade gets another answer than 101", () => {
    expect(onlyFinding(asked(404, "Not Found"))).toMatchObject({
      code: "WEBSOCKET_REFUSED",
      severity: "blocks",
      title: "uvicorn (pid 4711) answers 404 Not Found to the WebSocket upgrade of /live, not 101",
    });
  });

  test("thinks of the Origin where it is forbidden, and of proxies where HTTP answers", () => {
    expect(onlyFinding(asked(403, "Forbidden")).remedies[0]?.what).toContain("does not allow the Origin");
    expect(onlyFinding(asked(200, "OK")).remedies[0]?.what).toContain("hands the Upgrade header on");
  });

  test("is the only one to tell of an error of the server", () => {
    expect(codesOf(asked(500, "Internal Server Error"))).toEqual(["WEBSOCKET_REFUSED"]);
  });

  test("is silent where the protocols are switched", () => {
    expect(codesOf(asked(101, "Switching Protocols"))).toEqual([]);
  });
});
