import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

const rules = (to: string) =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp -m tcp --dport 8000 -j DNAT --to-destination ${to}:8000`;

describe("DNAT_TO_LOOPBACK", () => {
  test("is found where the kernel does not send on to 127.0.0.1", () => {
    const finding = onlyFinding(ruledBy(rules("127.0.0.1"), "192.168.1.20", asked));
    expect(finding).toMatchObject({ code: "DNAT_TO_LOOPBACK", severity: "blocks" });
    expect(finding.evidence[0]?.what).toContain("--to-destination 127.0.0.1:8000");
  });

  test("is silent where it may, and where it goes to another address", () => {
    const allowed = { ...asked, host: { routeLocalnet: true } };
    expect(codesOf(ruledBy(rules("127.0.0.1"), "192.168.1.20", allowed))).toEqual([]);
    expect(codesOf(ruledBy(rules("192.168.1.20"), "192.168.1.20", asked))).toEqual([]);
  });
});
