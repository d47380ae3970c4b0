import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };
const raw = (port: number) =>
  `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport ${port} -j DROP\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 8000 -j ACCEPT`;

describe("DROPPED_BEFORE_INPUT", () => {
  test("is found where a rule of the table raw drops what INPUT would let in", () => {
    const finding = onlyFinding(ruledBy(raw(8000), "192.168.1.20", asked));
    expect(finding).toMatchObject({ code: "DROPPED_BEFORE_INPUT", severity: "blocks" });
    expect(finding.title).toContain(
      "by rule 1 of chain PREROUTING (iptables raw), at prerouting: INPUT is never asked",
    );
    expect(finding.remedies.at(-1)?.commands).toEqual([["sudo", "iptables", "-t", "raw", "-D", "PREROUTING", "1"]]);
  });

  test("is silent where that rule is for another port, and leaves what INPUT drops to others", () => {
    expect(codesOf(ruledBy(raw(8001), "192.168.1.20", asked))).toEqual([]);
    expect(codesOf(ruledBy(":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP", "192.168.1.20", asked))).toEqual([
      "FIREWALL_DROPS",
    ]);
  });
});
