import { describe, expect, test } from "bun:test";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledByWindows } from "./ruled-windows.ts";

const rules = { a: "Action=Allow|Protocol=6|LPort=8000|" };

describe("WINDOWS_SHIELDS_UP", () => {
  test("is found where all that comes in is blocked on this kind of network, whatever is allowed", () => {
    const settings = { "local PublicProfile DoNotAllowExceptions": 1 };
    const finding = onlyFinding(ruledByWindows({ rules, settings, kind: "public" }));
    expect(finding).toMatchObject({
      code: "WINDOWS_SHIELDS_UP",
      severity: "blocks",
      title:
        "this LAN to 192.168.1.20:8000 is blocked: Windows' firewall blocks all incoming connections on public networks",
    });
    expect(finding.remedies[0]?.commands[0]?.at(-1)).toBe(
      "Set-NetFirewallProfile -Name public -AllowInboundRules True",
    );
  });

  test("is silent where it is set for other networks, undone by a policy, or the firewall is off", () => {
    const local = { "local PublicProfile DoNotAllowExceptions": 1 };
    expect(codesOf(ruledByWindows({ rules, settings: local, kind: "private" }))).toEqual([]);
    const undone = { ...local, "policy PublicProfile DoNotAllowExceptions": 0 };
    expect(codesOf(ruledByWindows({ rules, settings: undone, kind: "public" }))).toEqual([]);
    const off = { ...local, "local PublicProfile EnableFirewall": 0 };
    expect(codesOf(ruledByWindows({ rules, settings: off, kind: "public" }))).toEqual([]);
  });
});
