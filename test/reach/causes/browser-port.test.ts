import { describe, expect, test } from "bun:test";
import { connected, factsOf, listenerOf, ownerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const asked = (port: number, server: "uvicorn" | "redis" = "uvicorn", url?: { scheme: "http"; path: string }) =>
  factsOf({
    request: requestOf(`localhost:${port}`, url ? { url } : {}),
    attempts: [connected("127.0.0.1", { port })],
    listeners: [listenerOf("127.0.0.1", { port, owners: [ownerOf({ server })] })],
  });

describe("BROWSER_PORT", () => {
  test("warns where a web server has a port that browsers refuse", () => {
    expect(onlyFinding(asked(6000))).toMatchObject({
      code: "BROWSER_PORT",
      severity: "warning",
      title: "browsers refuse port 6000 (ERR_UNSAFE_PORT), though other clients get there",
    });
  });

  test("warns where a URL says that it is for the web, whoever listens", () => {
    expect(codesOf(asked(6667, "redis", { scheme: "http", path: "/" }))).toEqual(["BROWSER_PORT"]);
  });

  test("is silent of the port beside it, and of what no browser would open", () => {
    expect(codesOf(asked(6001))).toEqual([]);
    expect(codesOf(asked(6667, "redis"))).toEqual([]);
  });

  test("is silent where nobody gets there", () => {
    expect(codesOf({ ...asked(6000), attempts: [refused("127.0.0.1", { port: 6000 })], listeners: [] })).toEqual([
      "NO_LISTENER",
    ]);
  });
});
