import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, failed, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const request = requestOf("0.0.0.0:8000", { url: { scheme: "http", path: "/health" } });
const candidates = [candidateOf("0.0.0.0")];

describe("WILDCARD_DESTINATION", () => {
  test("warns where it works, as on Linux", () => {
    const finding = onlyFinding(factsOf({ request, candidates, attempts: [connected("0.0.0.0")] }));
    expect(finding).toMatchObject({
      code: "WILDCARD_DESTINATION",
      severity: "warning",
      title: "0.0.0.0 is no address to connect to: it works here, and fails on Windows and in some clients",
    });
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "http://127.0.0.1:8000/health"]]);
  });

  test("blocks on Windows, where it is refused, and no port is said to be missing", () => {
    const attempts = [failed("0.0.0.0", "no-local-port", "WSAEADDRNOTAVAIL (10049)")];
    const finding = onlyFinding(factsOf({ request, candidates, attempts, system: "windows" }));
    expect(finding).toMatchObject({ code: "WILDCARD_DESTINATION", severity: "blocks" });
  });

  test("is silent where nobody listens, which is what has to be known", () => {
    const facts = factsOf({ request, candidates, attempts: [refused("0.0.0.0")], listeners: [] });
    expect(codesOf(facts)).toEqual(["NO_LISTENER"]);
  });

  test("is silent of a server that listens on every address and is asked for by a real one", () => {
    expect(codesOf(factsOf())).toEqual([]);
  });
});
