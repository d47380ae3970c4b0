import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const url = { scheme: "http", path: "/" } as const;
const asked = (origin?: string, target = "127.0.0.1") =>
  factsOf({
    request: requestOf(`${target}:8000`, { url, ...(origin !== undefined && { origin }) }),
    candidates: [candidateOf(target)],
    attempts: [connected(target)],
    ...(target.startsWith("203.") && { isLocal: false, listeners: [] }),
  });

describe("LOCAL_NETWORK_ACCESS", () => {
  test("warns of a page from the internet that opens this machine", () => {
    expect(onlyFinding(asked("https://app.example.com"))).toMatchObject({
      code: "LOCAL_NETWORK_ACCESS",
      severity: "warning",
      title:
        "a page of https://app.example.com has to ask its user before it may open 127.0.0.1, which is this machine (Chrome 142 and later)",
    });
  });

  test("says that a page by http can't even ask", () => {
    expect(onlyFinding(asked("http://203.0.113.5:8080", "192.168.1.20")).title).toBe(
      "a page of http://203.0.113.5:8080 is not secure, so Chrome 142 and later don't let it open 192.168.1.20, which is on the local network",
    );
  });

  test("is silent of pages that are near themselves", () => {
    for (const origin of ["http://localhost:3000", "http://192.168.1.9", "https://app.local", "http://devbox:3000"]) {
      expect(codesOf(asked(origin))).toEqual([]);
    }
  });

  test("is silent of a public target, and without --origin", () => {
    expect(codesOf(asked("https://app.example.com", "203.0.113.9"))).toEqual([]);
    expect(codesOf(asked())).toEqual([]);
  });
});
