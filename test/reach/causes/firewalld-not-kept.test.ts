import { describe, expect, test } from "bun:test";
import { askedOf, publicZone } from "./firewalld.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const OPEN = publicZone("-p tcp -m tcp --dport 8000");

describe("FIREWALLD_NOT_KEPT", () => {
  test("warns where the port is open for now only, and says how it is kept", () => {
    const finding = onlyFinding(ruledBy(OPEN, "192.168.1.20", askedOf({ onlyNow: ["8000/tcp"] })));
    expect(finding).toMatchObject({ code: "FIREWALLD_NOT_KEPT", severity: "warning" });
    expect(finding.remedies[0]?.commands).toEqual([
      ["sudo", "firewall-cmd", "--permanent", "--zone=public", "--add-port=8000/tcp"],
    ]);
    const service = onlyFinding(ruledBy(OPEN, "192.168.1.20", askedOf({ onlyNow: ["service http"] })));
    expect(service.remedies[0]?.commands[0]?.at(-1)).toBe("--add-service=http");
  });

  test("is silent where it is kept, and where something stops it anyway", () => {
    expect(codesOf(ruledBy(OPEN, "192.168.1.20", askedOf()))).toEqual([]);
    expect(codesOf(ruledBy(publicZone(), "192.168.1.20", askedOf({ onlyNow: ["8000/tcp"] })))).toEqual([
      "FIREWALL_REJECTS",
    ]);
  });
});
