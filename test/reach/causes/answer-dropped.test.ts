import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

describe("ANSWER_DROPPED", () => {
  test.each(["-A OUTPUT -o eth0 -p tcp -m tcp --sport 8000 -j DROP", "-P OUTPUT DROP"])(
    "is found where what goes back is dropped: %s",
    (rule) => {
      const policy = rule.startsWith("-P") ? "DROP" : "ACCEPT";
      const rules = `:INPUT ACCEPT [0:0]\n:OUTPUT ${policy} [0:0]\n${rule.startsWith("-P") ? "" : rule}`;
      expect(onlyFinding(ruledBy(rules, "192.168.1.20", asked)).code).toBe("ANSWER_DROPPED");
    },
  );

  test("is silent where answers of known connections may go", () => {
    const rules = ":OUTPUT DROP [0:0]\n-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT";
    expect(codesOf(ruledBy(rules, "192.168.1.20", asked))).toEqual([]);
  });
});
