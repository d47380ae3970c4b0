import { describe, expect, test } from "bun:test";
import { codesOf, onlyFinding } from "./judged.ts";
import { NODE, ruledByWindows } from "./ruled-windows.ts";

const OLD = String.raw`C:\nvm\v20\node.exe`;
const rules = { "{A-1}": `Action=Allow|Protocol=6|App=${OLD}|Name=node|` };

describe("WINDOWS_RULE_FOR_OTHER_PROGRAM", () => {
  test("names the rule, the file that it lets in and the one that runs, and offers a rule for the port", () => {
    const finding = onlyFinding(ruledByWindows({ rules, kind: "public" }));
    expect(finding).toMatchObject({
      code: "WINDOWS_RULE_FOR_OTHER_PROGRAM",
      severity: "blocks",
      title: `this LAN to 192.168.1.20:8000 is blocked: the rule "node" lets in ${OLD}, and ${NODE} listens`,
    });
    expect(finding.remedies.map(({ commands }) => commands[0])).toEqual([
      ["portguard", "rule", "8000", "--from", "lan", "--profile", "public"],
      [
        "powershell.exe",
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        `Set-NetFirewallRule -Name '{A-1}' -Program '${NODE}'`,
      ],
    ]);
  });

  test("is found, too, where a rule for this very port names a program of another name", () => {
    const other = { "{A-2}": String.raw`Action=Allow|Protocol=6|LPort=8000|App=C:\python.exe|Name=python|` };
    expect(onlyFinding(ruledByWindows({ rules: other, kind: "private" })).code).toBe("WINDOWS_RULE_FOR_OTHER_PROGRAM");
  });

  test("is silent where it names the file that runs, by variables and in any case", () => {
    const path = String.raw`%systemroot%\NODE.exe`;
    const allow = { a: `Action=Allow|Protocol=6|App=${path}|` };
    expect(
      codesOf(ruledByWindows({ rules: allow, kind: "private", program: String.raw`C:\WINDOWS\node.exe` })),
    ).toEqual([]);
  });

  test("leaves it to the default where the rule is for another kind of program, network or port", () => {
    for (const rule of [
      String.raw`Action=Allow|Protocol=6|App=C:\nvm\v20\python.exe|`,
      `Action=Allow|Protocol=6|Profile=Domain|App=${OLD}|`,
      `Action=Allow|Protocol=6|LPort=8001|App=${OLD}|`,
      `Action=Allow|Protocol=17|App=${OLD}|`,
    ]) {
      expect(codesOf(ruledByWindows({ rules: { a: rule }, kind: "private" }))).toEqual(["WINDOWS_BLOCKS_BY_DEFAULT"]);
    }
  });
});
