import { describe, expect, test } from "bun:test";
import { askedOf, publicZone } from "./firewalld.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const elsewhere = [{ zone: "home", opening: "8000/tcp" }];

describe("FIREWALLD_OTHER_ZONE", () => {
  test("is found where another zone has the port open, and offers the zone of the clients first", () => {
    const finding = onlyFinding(ruledBy(publicZone(), "192.168.1.20", askedOf({ elsewhere })));
    expect(finding).toMatchObject({ code: "FIREWALLD_OTHER_ZONE", severity: "blocks" });
    expect(finding.title).toContain("it comes to zone public, and port 8000 is open in zone home");
    expect(finding.remedies.map(({ commands }) => commands[0])).toEqual([
      ["sudo", "portguard", "rule", "8000", "--from", "lan"],
      ["sudo", "firewall-cmd", "--zone=home", "--change-interface=eth0"],
    ]);
  });

  test("is silent where no zone has it, and where this one has it in its permanent configuration", () => {
    expect(codesOf(ruledBy(publicZone(), "192.168.1.20", askedOf()))).toEqual(["FIREWALL_REJECTS"]);
    const both = askedOf({ elsewhere, onlyKept: ["8000/tcp"] });
    expect(codesOf(ruledBy(publicZone(), "192.168.1.20", both))).toEqual(["FIREWALLD_NOT_LOADED"]);
  });
});
