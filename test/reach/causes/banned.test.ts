import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

const rules = (address: string) =>
  `:INPUT ACCEPT [0:0]\n:f2b-web - [0:0]\n-A INPUT -p tcp -m tcp --dport 8000 -j f2b-web\n-A f2b-web -s ${address}/32 -j REJECT --reject-with icmp-port-unreachable\n-A f2b-web -j RETURN`;

describe("BANNED", () => {
  test("is found for the address that fail2ban keeps away", () => {
    const finding = onlyFinding(ruledBy(rules("192.168.1.7"), "192.168.1.20", asked));
    expect(finding.title).toStartWith(
      "192.168.1.7 is banned: this LAN to 192.168.1.20:8000 is rejected (ECONNREFUSED) by fail2ban",
    );
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "fail2ban-client", "unban", "192.168.1.7"]]);
  });

  test("is silent for another address", () => {
    expect(codesOf(ruledBy(rules("192.168.1.8"), "192.168.1.20", asked))).toEqual([]);
  });
});
