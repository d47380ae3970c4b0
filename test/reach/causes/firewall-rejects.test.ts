import { describe, expect, test } from "bun:test";
import { connected, failed, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const reject = (how: string) =>
  `:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 8000 -j REJECT --reject-with ${how}`;
const asked = (attempt: ReturnType<typeof failed>) => ({
  facts: { request: requestOf("192.168.1.20:8000"), attempts: [attempt] },
});

describe("FIREWALL_REJECTS", () => {
  test("names the rule where connect() got the very error that it gives", () => {
    const attempt = failed("192.168.1.20", "host-unreachable", "EHOSTUNREACH (113)");
    const finding = onlyFinding(ruledBy(reject("icmp-host-prohibited"), "192.168.1.20", asked(attempt)));
    expect(finding.title).toBe(
      "192.168.1.20:8000 is rejected (host-prohibited: EHOSTUNREACH) by rule 1 of chain INPUT (iptables filter)",
    );
  });

  test("offers to let others in before a rule of any chain that INPUT leads to", () => {
    const rules =
      ":INPUT ACCEPT [0:0]\n:ufw-reject-input - [0:0]\n-A INPUT -j ufw-reject-input\n-A ufw-reject-input -j REJECT";
    const lan = requestOf("192.168.1.20:8000", { from: { kind: "lan" } });
    const facts = { request: lan, attempts: [connected("192.168.1.20")] };
    const finding = onlyFinding(ruledBy(rules, "192.168.1.20", { client: "192.168.1.7", facts }));
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "portguard", "rule", "8000", "--from", "lan"]]);
  });

  test("is silent where it got another error", () => {
    const attempt = refused("192.168.1.20");
    const facts = ruledBy(reject("icmp-host-prohibited"), "192.168.1.20", asked(attempt));
    expect(codesOf(facts)).toEqual(["REJECTED"]);
  });
});
