import { describe, expect, test } from "bun:test";
import { codesOf, onlyFinding } from "./judged.ts";
import { NODE, ruledByWindows } from "./ruled-windows.ts";

const LEFT = String.raw`TCP Query User{6B29FC40-CA47-1067-B31D-00DD010662DA}c:\nvm\v22\node.exe`;
const BLOCK = `Action=Block|Protocol=6|Profile=Public|App=${NODE.toUpperCase()}|Name=Node.js JavaScript Runtime|Defer=User|`;
const ALLOW = "Action=Allow|Protocol=6|LPort=8000|Name=my server|";

describe("WINDOWS_BLOCK_RULE", () => {
  test("names the rule that a cancelled prompt left, by name, value and text, and switches it off by its value", () => {
    const finding = onlyFinding(ruledByWindows({ rules: { [LEFT]: BLOCK, "{A-1}": ALLOW }, kind: "public" }));
    expect(finding).toMatchObject({ code: "WINDOWS_BLOCK_RULE", severity: "blocks" });
    expect(finding.title).toBe(
      'this LAN to 192.168.1.20:8000 is blocked by the rule "Node.js JavaScript Runtime" of Windows\' firewall, which a cancelled prompt left',
    );
    expect(finding.evidence[0]).toEqual({
      what: `rule "Node.js JavaScript Runtime", value \`${LEFT}\`: v2.30|Active=TRUE|Dir=In|${BLOCK}`,
      source: "registry: this machine's rules",
    });
    expect(finding.remedies[0]?.commands[0]?.at(-1)).toBe(`Disable-NetFirewallRule -Name '${LEFT}'`);
  });

  test("has whoever manages the machine asked where the rule came by a policy", () => {
    const block = "Action=Block|Protocol=6|LPort2_10=8000-8010|Name=no dev servers|";
    const finding = onlyFinding(ruledByWindows({ rules: { "policy {B-1}": block, "{A-1}": ALLOW }, kind: "private" }));
    expect(finding.title).toBe(
      'this LAN to 192.168.1.20:8000 is blocked by the rule "no dev servers" of Windows\' firewall',
    );
    expect(finding.remedies).toMatchObject([{ commands: [], what: expect.stringContaining("by a policy") as string }]);
  });

  test("is silent where the rule is for another network, program, port or protocol, or is stronger allowed", () => {
    const others = {
      network: { rules: { a: BLOCK, b: ALLOW }, kind: "private" },
      program: { rules: { a: BLOCK.replace("V22", "V20"), b: ALLOW }, kind: "public" },
      port: { rules: { a: "Action=Block|Protocol=6|LPort=8001|", b: ALLOW }, kind: "public" },
      protocol: { rules: { a: "Action=Block|Protocol=17|", b: ALLOW }, kind: "public" },
      bypass: { rules: { a: BLOCK, b: ALLOW.replace("Allow", "ByPass") }, kind: "public" },
    } as const;
    for (const [what, asked] of Object.entries(others))
      expect([what, codesOf(ruledByWindows(asked))]).toEqual([what, []]);
  });

  test("is silent where it hangs on what is not known: a condition, or the kind of network", () => {
    expect(codesOf(ruledByWindows({ rules: { a: `${BLOCK}TTK2_99=x|`, b: ALLOW }, kind: "public" }))).toEqual([]);
    expect(codesOf(ruledByWindows({ rules: { a: BLOCK, b: ALLOW } }))).toEqual([]);
  });
});
