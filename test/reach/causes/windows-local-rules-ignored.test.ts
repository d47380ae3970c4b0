import { describe, expect, test } from "bun:test";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledByWindows } from "./ruled-windows.ts";

const ALLOW = "Action=Allow|Protocol=6|LPort=8000|Name=my server|";
const settings = { "policy PrivateProfile AllowLocalPolicyMerge": 0 };

describe("WINDOWS_LOCAL_RULES_IGNORED", () => {
  test("names the rule that would let it in, and the policy by which it does not count", () => {
    const finding = onlyFinding(ruledByWindows({ rules: { a: ALLOW }, settings, kind: "private" }));
    expect(finding).toMatchObject({
      code: "WINDOWS_LOCAL_RULES_IGNORED",
      severity: "blocks",
      title:
        'this LAN to 192.168.1.20:8000 is blocked: the rule "my server" would let it in, and a policy has this machine\'s own rules left out',
    });
    expect(finding.remedies).toMatchObject([{ commands: [] }]);
  });

  test("is silent where the policy lets it in itself, or no rule would; and on other kinds of network", () => {
    expect(codesOf(ruledByWindows({ rules: { "policy a": ALLOW }, settings, kind: "private" }))).toEqual([]);
    const none = ruledByWindows({ rules: { a: ALLOW.replace("8000", "8001") }, settings, kind: "private" });
    expect(codesOf(none)).toEqual(["WINDOWS_BLOCKS_BY_DEFAULT"]);
    expect(codesOf(ruledByWindows({ rules: { a: ALLOW }, settings, kind: "domain" }))).toEqual([]);
  });
});
