import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

const ACCEPT = "-A INPUT -p tcp -m tcp --dport 8000 -j ACCEPT";
const REJECT = "-A INPUT -j REJECT --reject-with icmp-host-prohibited";

describe("RULE_BEHIND_REJECT", () => {
  test("is found where the allow comes after what turns everything away, and puts it before", () => {
    const finding = onlyFinding(ruledBy(`:INPUT ACCEPT [0:0]\n${REJECT}\n${ACCEPT}`, "192.168.1.20", asked));
    expect(finding.code).toBe("RULE_BEHIND_REJECT");
    expect(finding.remedies[0]?.commands).toEqual([
      [
        "sudo",
        "iptables",
        "-t",
        "filter",
        "-I",
        "INPUT",
        "1",
        "-p",
        "tcp",
        "-m",
        "tcp",
        "--dport",
        "8000",
        "-j",
        "ACCEPT",
      ],
    ]);
  });

  test("is silent where the allow is for another port: then it is a plain reject", () => {
    const rules = `:INPUT ACCEPT [0:0]\n${REJECT}\n${ACCEPT.replace("8000", "22")}`;
    expect(codesOf(ruledBy(rules, "192.168.1.20", asked))).toEqual(["FIREWALL_REJECTS"]);
  });
});
