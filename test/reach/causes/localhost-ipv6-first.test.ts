import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { nameOf } from "./network.ts";

const asked = (order: readonly [string, string], attempts = [refused("::1"), connected("127.0.0.1")]) =>
  factsOf({
    request: requestOf("localhost:8000"),
    name: nameOf("localhost", ...order),
    candidates: order.map((address) => candidateOf(address, "localhost")),
    attempts,
    listeners: [listenerOf("127.0.0.1")],
  });

describe("LOCALHOST_IPV6_FIRST", () => {
  test("warns where ::1 comes first and is refused", () => {
    const finding = onlyFinding(asked(["::1", "127.0.0.1"]));
    expect(finding).toMatchObject({
      code: "LOCALHOST_IPV6_FIRST",
      severity: "warning",
      title:
        "uvicorn (pid 4711) listens on 127.0.0.1:8000, and localhost is ::1 first: clients that try one address only are refused",
    });
    expect(finding.evidence.map(({ what }) => what)).toContain("localhost is ::1, 127.0.0.1, in this order");
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "127.0.0.1:8000"]]);
  });

  test("is silent where 127.0.0.1 comes first", () => {
    expect(codesOf(asked(["127.0.0.1", "::1"], [connected("127.0.0.1"), refused("::1")]))).not.toContain(
      "LOCALHOST_IPV6_FIRST",
    );
  });

  test("is silent where nobody answers at all: that is another cause's", () => {
    const facts = asked(["::1", "127.0.0.1"], [refused("::1"), refused("127.0.0.1")]);
    expect(codesOf({ ...facts, listeners: [] })).toEqual(["NO_LISTENER"]);
  });
});
