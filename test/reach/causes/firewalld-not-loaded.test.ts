import { describe, expect, test } from "bun:test";
import { askedOf, publicZone } from "./firewalld.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

describe("FIREWALLD_NOT_LOADED", () => {
  test("is found where the port is open in the permanent configuration only", () => {
    const finding = onlyFinding(ruledBy(publicZone(), "192.168.1.20", askedOf({ onlyKept: ["8000/tcp"] })));
    expect(finding).toMatchObject({ code: "FIREWALLD_NOT_LOADED", severity: "blocks" });
    expect(finding.title).toContain("zone public has `8000/tcp` in its permanent configuration only");
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "firewall-cmd", "--reload"]]);
  });

  test("is silent where it is in force, and where it is nowhere", () => {
    const open = publicZone("-p tcp -m tcp --dport 8000");
    expect(codesOf(ruledBy(open, "192.168.1.20", askedOf({ onlyKept: ["8000/tcp"] })))).toEqual([]);
    expect(codesOf(ruledBy(publicZone(), "192.168.1.20", askedOf()))).toEqual(["FIREWALL_REJECTS"]);
  });
});
