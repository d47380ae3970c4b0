import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const request = requestOf("172.17.0.1:8000", { from: { kind: "container" } });
const asked = { client: "172.17.0.2", by: "docker0", facts: { request, attempts: [connected("172.17.0.1")] } };

describe("CONTAINER_TO_HOST", () => {
  test("is found where a container comes in like a stranger", () => {
    const rules = ":INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT";
    expect(onlyFinding(ruledBy(rules, "172.17.0.1", asked)).code).toBe("CONTAINER_TO_HOST");
  });

  test("is silent where its bridge is let in", () => {
    const rules = ":INPUT DROP [0:0]\n-A INPUT -i docker0 -j ACCEPT";
    expect(codesOf(ruledBy(rules, "172.17.0.1", asked))).toEqual([]);
  });
});
