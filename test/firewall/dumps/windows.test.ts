import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { askOf } from "./ask.ts";

const KEY = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
const ALLOW = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8000|";

/** A `.reg` file with these rules. */
function exported(...rules: readonly string[]): string {
  const values = rules.map((rule, index) => `"{${index}}"="${rule.replaceAll("\\", "\\\\")}"`);
  return `Windows Registry Editor Version 5.00\r\n\r\n[${KEY}\\FirewallRules]\r\n${values.join("\r\n")}\r\n`;
}

describe("a Windows registry", () => {
  test("is asked for every kind of network, unless one is said", () => {
    const rules = exported(`${ALLOW}Profile=Private|Name=Mine|`);
    const { verdict, because } = askOf(rules);
    expect([verdict, because]).toEqual([
      "unknown",
      "on a domain network it is dropped, on a private network it is let through, on a public network it is dropped: `--profile` says which it is",
    ]);
    expect(askOf(rules, undefined, { profile: "private" })).toMatchObject({
      verdict: "accept",
      because: "let through: rule `Mine` lets it in",
      rule: { backend: "windows", table: "local", text: expect.stringContaining("LPort=8000") as string },
    });
    expect(askOf(rules, undefined, { profile: "public" })).toMatchObject({ verdict: "drop", errno: "ETIMEDOUT" });
    expect(askOf(exported(ALLOW)).verdict).toBe("accept");
  });

  test("has its local subnet asked both ways, where no address says which it is", () => {
    const rules = exported(`${ALLOW}RA4=LocalSubnet|Name=Near|`);
    expect(askOf(rules).because).toContain("`--to` with its address tells");
    const near = askOf(rules, undefined, { to: requireAddress("192.168.1.20") });
    expect([near.verdict, near.assumed]).toEqual([
      "accept",
      expect.arrayContaining(["192.168.1.50 is in a subnet of that machine"]) as unknown as string[],
    ]);
    expect(askOf(rules, undefined, { to: requireAddress("10.0.0.5") }).verdict).toBe("drop");
  });

  test("wants to know the program only where that decides", () => {
    const program = String.raw`C:\Program Files\nodejs\node.exe`;
    const rules = exported(ALLOW, `v2.30|Action=Block|Active=TRUE|Dir=In|App=${program}|Name=Cancelled|`);
    expect(askOf(rules).because).toContain("which program listens is not known");
    expect(askOf(rules, undefined, { program }).because).toBe("dropped: rule `Cancelled` blocks it");
    expect(askOf(rules, undefined, { program: String.raw`C:\python\python.exe` }).verdict).toBe("accept");
  });

  test("tells clients of a network apart, and traces each rule", () => {
    const rules = exported(`${ALLOW}RA4=192.168.1.10-192.168.1.60|`);
    expect(askOf(rules, "192.168.1.0/24").because).toContain("`--from` with one address");
    const { verdict, trace } = askOf(rules);
    expect([verdict, trace.map(({ matched, hook }) => [matched, hook])]).toEqual(["accept", [["yes", "inbound"]]]);
  });

  test("says what was not given", () => {
    expect(askOf(exported(ALLOW)).assumed.join()).toContain("rules of administrators (group policy) were not given");
  });
});
