import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

const rules =
  ":INPUT ACCEPT [0:0]\n:ts-input - [0:0]\n-A INPUT -j ts-input\n-A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP";

describe("TAILSCALE_RANGE", () => {
  test("is found for a client in tailscale's range that comes by another interface", () => {
    expect(onlyFinding(ruledBy(rules, "192.168.1.20", { ...asked, client: "100.65.0.9" })).code).toBe(
      "TAILSCALE_RANGE",
    );
  });

  test("is silent for one outside it, and for one that comes by tailscale0", () => {
    expect(codesOf(ruledBy(rules, "192.168.1.20", asked))).toEqual([]);
    expect(codesOf(ruledBy(rules, "192.168.1.20", { ...asked, client: "100.65.0.9", by: "tailscale0" }))).toEqual([]);
  });
});
