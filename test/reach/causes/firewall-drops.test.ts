import { describe, expect, test } from "bun:test";
import { connected, failed, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const DROP = ":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 8000 -j DROP";
const here = { request: requestOf("192.168.1.20:8000") };
const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};

describe("FIREWALL_DROPS", () => {
  test("names the rule, and how it is deleted, where connect() got no answer", () => {
    const facts = ruledBy(DROP, "192.168.1.20", { facts: { ...here, attempts: [timedOut("192.168.1.20")] } });
    const finding = onlyFinding(facts);
    expect(finding).toMatchObject({ code: "FIREWALL_DROPS", severity: "blocks" });
    expect(finding.title).toBe("192.168.1.20:8000 is dropped by rule 1 of chain INPUT (iptables filter)");
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "iptables", "-t", "filter", "-D", "INPUT", "1"]]);
  });

  test("says nothing where connect() got something else: the rules can't be what was met", () => {
    for (const attempt of [
      connected("192.168.1.20"),
      failed("192.168.1.20", "host-unreachable", "EHOSTUNREACH (113)"),
    ]) {
      expect(codesOf(ruledBy(DROP, "192.168.1.20", { facts: { ...here, attempts: [attempt] } }))).not.toContain(
        "FIREWALL_DROPS",
      );
    }
  });

  test("judges others by the rules alone, and offers to let them in", () => {
    const finding = onlyFinding(ruledBy(DROP, "192.168.1.20", { client: "192.168.1.7", facts: lan }));
    expect(finding.title).toBe("this LAN to 192.168.1.20:8000 is dropped by rule 1 of chain INPUT (iptables filter)");
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "portguard", "rule", "8000", "--from", "lan"]]);
  });

  test("names who keeps the rules, of a policy too", () => {
    const ufw =
      ":INPUT DROP [0:0]\n:ufw-before-input - [0:0]\n-A INPUT -j ufw-before-input\n-A ufw-before-input -i lo -j ACCEPT";
    expect(onlyFinding(ruledBy(ufw, "192.168.1.20", { client: "192.168.1.7", facts: lan })).title).toContain(
      "is dropped by ufw: the policy of chain INPUT",
    );
  });

  test("is silent where the rule is for another port, and where it hangs on what is not known", () => {
    const asked = { client: "192.168.1.7", facts: lan };
    expect(codesOf(ruledBy(DROP.replace("8000", "8001"), "192.168.1.20", asked))).toEqual([]);
    expect(codesOf(ruledBy(DROP.replace("-m tcp", "-m cpu --cpu 9 -m tcp"), "192.168.1.20", asked))).toEqual([]);
  });
});
