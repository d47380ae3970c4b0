import { describe, expect, test } from "bun:test";
import { factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { NODE, ruledByWindows } from "./ruled-windows.ts";

/** Rules that every Windows has, none of which speaks of a server of one's own. */
const USUAL = {
  store:
    "Action=Allow|Profile=Domain|Profile=Private|Profile=Public|Name=@{Microsoft.Photos}|LUOwn=S-1-5-21-1|AppPkgId=S-1-15-2-1|Platform=2:6:2|Platform2=GTEQ|Edge=TRUE|",
  dns: String.raw`Action=Allow|Protocol=17|LPort=5353|App=%SystemRoot%\system32\svchost.exe|Svc=dnscache|Name=@%SystemRoot%\system32\firewallapi.dll,-37303|`,
  https: "Action=Allow|Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|App=System|Name=@FirewallAPI.dll,-25426|",
  ping: "Action=Allow|Protocol=1|ICMP4=8:*|App=System|",
} as const;

describe("WINDOWS_BLOCKS_BY_DEFAULT", () => {
  test("is found where no rule speaks of the program or its port, and says on which kind of network", () => {
    const finding = onlyFinding(ruledByWindows({ rules: USUAL, kind: "private" }));
    expect(finding).toMatchObject({
      code: "WINDOWS_BLOCKS_BY_DEFAULT",
      severity: "blocks",
      title:
        "this LAN to 192.168.1.20:8000 is blocked by Windows' firewall, since no rule lets it in on a private network",
    });
    expect(finding.remedies.map(({ commands }) => commands)).toEqual([
      [["portguard", "rule", "8000", "--from", "lan"]],
    ]);
    expect(finding.evidence.at(-1)?.what).toBe(
      `asked for 192.168.1.7 to 192.168.1.20:8000 by eth0, on a private network, taken by ${NODE}`,
    );
  });

  test("names the rule that is for other kinds of network, and offers to make this one private", () => {
    const rules = { ...USUAL, mine: "Action=Allow|Protocol=6|Profile=Private|LPort=8000|Name=my server|" };
    const finding = onlyFinding(ruledByWindows({ rules, kind: "public" }));
    expect(finding.title).toContain(
      'no rule lets it in on a public network: the rule "my server" is for private networks',
    );
    expect(finding.remedies.map(({ commands }) => commands[0]?.at(-1))).toEqual([
      "Set-NetConnectionProfile -InterfaceIndex 2 -NetworkCategory Private",
      "public",
    ]);
    expect(codesOf(ruledByWindows({ rules, kind: "private" }))).toEqual([]);
  });

  test("is found, whichever kind of network it is, where each blocks it", () => {
    expect(onlyFinding(ruledByWindows({ rules: USUAL })).code).toBe("WINDOWS_BLOCKS_BY_DEFAULT");
  });

  test("is silent where the default lets in, the firewall is off, or a rule for any program does", () => {
    expect(
      codesOf(ruledByWindows({ settings: { "local PublicProfile DefaultInboundAction": 0 }, kind: "public" })),
    ).toEqual([]);
    expect(codesOf(ruledByWindows({ settings: { "policy PublicProfile EnableFirewall": 0 }, kind: "public" }))).toEqual(
      [],
    );
    expect(codesOf(ruledByWindows({ rules: { a: "Action=Allow|" }, kind: "public" }))).toEqual([]);
  });

  test("is silent where nobody listens for others yet: that comes first", () => {
    const attempts = [refused("192.168.1.20")];
    const only = ruledByWindows({
      rules: USUAL,
      kind: "private",
      facts: { attempts, listeners: [listenerOf("127.0.0.1")] },
    });
    expect(codesOf(only)).toEqual(["LOOPBACK_ONLY"]);
    const none = ruledByWindows({ rules: {}, kind: "private", facts: { attempts, listeners: [] } });
    expect(codesOf(none)).toEqual(["NO_LISTENER"]);
  });

  test("is silent where this machine asks itself: that passes the firewall by", () => {
    expect(codesOf(factsOf({ system: "windows", request: requestOf("8000") }))).toEqual([]);
  });
});
