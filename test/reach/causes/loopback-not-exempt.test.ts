import { describe, expect, test } from "bun:test";
import { timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const facts = { attempts: [timedOut("127.0.0.1")] };

describe("LOOPBACK_NOT_EXEMPT", () => {
  test("is found where a default deny stops the machine itself", () => {
    const finding = onlyFinding(ruledBy(":INPUT DROP [0:0]\n-A INPUT -p udp -j ACCEPT", "127.0.0.1", { facts }));
    expect(finding.code).toBe("LOOPBACK_NOT_EXEMPT");
    expect(finding.remedies[0]?.commands).toEqual([
      ["sudo", "iptables", "-t", "filter", "-I", "INPUT", "-i", "lo", "-j", "ACCEPT"],
    ]);
  });

  test("is silent where the rule is about the port: somebody meant it", () => {
    const rules = ":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 8000 -j DROP";
    expect(codesOf(ruledBy(rules, "127.0.0.1", { facts }))).toEqual(["FIREWALL_DROPS"]);
  });
});
