import { describe, expect, test } from "bun:test";
import { parseAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import { emitWindowsRule } from "../../../src/firewall/windows/emit.ts";
import { evaluateWindows } from "../../../src/firewall/windows/evaluate.ts";
import type { WindowsRule } from "../../../src/firewall/windows/model.ts";
import { parseWindowsRule } from "../../../src/firewall/windows/parse.ts";
import { readWindowsFirewall } from "../../../src/firewall/windows/registry.ts";

/** Rules as a Windows 10 has them when it is new, by the names of their values. */
const NEW: Readonly<Record<string, string>> = {
  "CoreNet-ICMP4-DUFRAG-In":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=1|ICMP4=3:4|App=System|Name=@FirewallAPI.dll,-25251|Desc=@FirewallAPI.dll,-25257|EmbedCtxt=@FirewallAPI.dll,-25000|",
  "CoreNet-ICMP6-LD-In":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=132:*|RA6=LocalSubnet|App=System|Name=@FirewallAPI.dll,-25082|EmbedCtxt=@FirewallAPI.dll,-25000|",
  "CoreNet-IPv6-In":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=41|App=System|Name=@FirewallAPI.dll,-25351|EmbedCtxt=@FirewallAPI.dll,-25000|",
  "CoreNet-IPHTTPS-In":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|App=System|Name=@FirewallAPI.dll,-25426|EmbedCtxt=@FirewallAPI.dll,-25000|",
  "CoreNet-DHCP-In": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=68|RPort=67|App=%SystemRoot%\system32\svchost.exe|Svc=dhcp|Name=@FirewallAPI.dll,-25301|EmbedCtxt=@FirewallAPI.dll,-25000|`,
  "CoreNet-Teredo-In": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=Teredo|App=%SystemRoot%\system32\svchost.exe|Svc=iphlpsvc|Name=@FirewallAPI.dll,-25326|`,
  "FPS-SMB-In-TCP":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Private|LPort=445|RA4=LocalSubnet|RA6=LocalSubnet|App=System|Name=@FirewallAPI.dll,-28511|EmbedCtxt=@FirewallAPI.dll,-28502|",
  "FPS-RPCSS-In-TCP":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Private|LPort=RPC-EPMap|RA4=LocalSubnet|RA6=LocalSubnet|Svc=Rpcss|Name=@FirewallAPI.dll,-28539|",
  "FPS-SpoolSvc-In-TCP": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Private|LPort=RPC|RA4=LocalSubnet|RA6=LocalSubnet|App=%SystemRoot%\system32\spoolsv.exe|Svc=Spooler|Name=@FirewallAPI.dll,-28535|`,
  "RemoteDesktop-UserMode-In-TCP": String.raw`v2.30|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=3389|App=%SystemRoot%\system32\svchost.exe|Svc=termservice|Name=@FirewallAPI.dll,-28775|`,
  "RemoteAssistance-In-TCP-EdgeScope-Active": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|Profile=Private|App=%SystemRoot%\system32\msra.exe|Name=@FirewallAPI.dll,-33003|Edge=TRUE|Defer=App|`,
  "MDNS-In-UDP-Private-Active": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=17|Profile=Private|LPort=5353|App=%SystemRoot%\system32\svchost.exe|Svc=dnscache|Name=@%SystemRoot%\system32\firewallapi.dll,-37303|`,
  "PlayTo-HTTPSTR-In-TCP-PlayToScope":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=10246|RA42=Ply2Renders|RA62=Ply2Renders|App=System|Name=@FirewallAPI.dll,-36004|",
  "PlayTo-SSDP-Discovery-PlayToScope": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort2_20=Ply2Disc|App=%SystemRoot%\system32\svchost.exe|Svc=ssdpsrv|Name=@FirewallAPI.dll,-36104|`,
  "WFDPRINT-DAFWSD-In-Active": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|App=%SystemRoot%\system32\dashost.exe|Name=@wifidisplay.dll,-100|TTK=WFDPrint|`,
  "WirelessDisplay-Infra-In-TCP": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=7250|App=%systemroot%\system32\CastSrv.exe|Name=@wifidisplay.dll,-10200|`,
  "DeliveryOptimization-TCP-In": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=7680|App=%SystemRoot%\system32\svchost.exe|Svc=dosvc|Name=@%systemroot%\system32\dosvc.dll,-102|Edge=TRUE|`,
  "WINRM-HTTP-In-TCP":
    "v2.30|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Public|LPort=5985|RA4=LocalSubnet|RA6=LocalSubnet|App=System|Name=@FirewallAPI.dll,-30253|",
  "{0E3A6F0B-1}":
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Profile=Domain|Profile=Private|Profile=Public|Name=@{Microsoft.Windows.Photos_16005.14001_x64__8wekyb3d8bbwe?ms-resource://Microsoft.Windows.Photos/Files/Assets/AppList}|LUOwn=S-1-5-21-1111111111-2222222222-3333333333-1001|AppPkgId=S-1-15-2-1239072475-3687740317-1842961305|EmbedCtxt=@{Microsoft.Windows.Photos}|Platform=2:6:2|Platform2=GTEQ|",
  "AllJoyn-Router-Out": String.raw`v2.30|Action=Allow|Active=TRUE|Dir=Out|Protocol=6|Profile=Domain|Profile=Private|App=%SystemRoot%\system32\svchost.exe|Svc=AJRouter|Name=@FirewallAPI.dll,-37007|`,
};

/** Further fields of MS-GPFAS 2.2.2.19, each of which limits a rule in a way that can't be told from here. */
const LIMITS = [
  "Security=Authenticate|",
  "Security2_9=An-NoEncap|",
  "IF={5F8D5D3B-9C7E-4F2C-8B0A-0123456789AB}|",
  "IFType=Wireless|",
  "LUAuth=O:LSD:(A;;CC;;;S-1-5-32-545)|",
  "RMauth=O:LSD:(A;;CC;;;S-1-5-21-1)|",
  "RUAuth=O:LSD:(A;;CC;;;S-1-5-21-1)|",
  "SkipVer=2.99|",
  "TTK2_22=WFDDisplay|",
  "NNm=home|",
  "RA4=DNS|",
  "RA42=IntrAnet|",
  "RPort=49152|",
  "LPort=RPC|",
  "Platform=1:6:0|",
];

function read(rules: Readonly<Record<string, string>>) {
  const key = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`;
  return readWindowsFirewall(Object.entries(rules).map(([name, data]) => ({ key, name, data })));
}

function judge(rules: Readonly<Record<string, string>>, profile: "private" | "public" = "private") {
  return evaluateWindows(read(rules), {
    protocol: "tcp",
    port: 8000,
    local: parseAddress("192.168.1.10")!,
    remote: parseAddress("192.168.1.50")!,
    profile,
    program: String.raw`C:\Program Files\nodejs\node.exe`,
    localSubnets: [parseCidr("192.168.1.0/24")!],
    environment: { SystemRoot: String.raw`C:\WINDOWS` },
    version: { major: 10, minor: 0 },
  });
}

describe("the rules of a new Windows", () => {
  test("are each understood, and written again as they mean", () => {
    for (const [name, text] of Object.entries(NEW)) {
      const rule = parseWindowsRule(text) as WindowsRule;
      expect([name, rule.kind]).toEqual([name, "rule"]);
      expect(parseWindowsRule(emitWindowsRule(rule))).toEqual(rule);
    }
  });

  test("leave no doubt about a server of one's own: none of them is for it", () => {
    for (const profile of ["private", "public"] as const) {
      const { kind, by, trace } = judge(NEW, profile);
      expect([kind, by]).toEqual(["drop", "default"]);
      expect(trace.filter(({ matched }) => matched !== "no")).toEqual([]);
    }
  });

  test("let it in once a rule of its own is there, and not before", () => {
    const own = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Private|LPort=8000|Name=mine|";
    expect(judge({ ...NEW, own })).toMatchObject({ kind: "accept", rule: { id: "own", text: own } });
    expect(judge({ ...NEW, own }, "public").kind).toBe("drop");
  });
});

describe("a field that limits a rule", () => {
  test.each(LIMITS)("%s leaves in doubt what it allows or blocks, and nothing else", (field) => {
    const allow = `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|${field}Name=a|`;
    expect(judge({ allow }).kind).toBe("unknown");
    const block = allow.replace("Allow", "Block");
    expect(judge({ block }).kind).toBe("drop");
    const plain = "v2.30|Action=Allow|Active=TRUE|Dir=In|Name=b|";
    expect([judge({ block, plain }).kind, judge({ allow, plain }).kind]).toEqual(["unknown", "accept"]);
    // A sure no wins: it is for another protocol.
    expect(judge({ allow: allow.replace("Protocol=6", "Protocol=17") }).kind).toBe("drop");
  });

  test("of Windows XP's policies, of a value that is no text, or of left out interfaces leaves all in doubt", () => {
    const policy = String.raw`HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall`;
    const local = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
    const connection = (firewall: ReturnType<typeof readWindowsFirewall>) =>
      evaluateWindows(firewall, {
        protocol: "tcp",
        port: 8000,
        local: parseAddress("192.168.1.10")!,
        remote: parseAddress("192.168.1.50")!,
        profile: "public",
        localSubnets: [],
        environment: {},
        version: { major: 10, minor: 0 },
      }).kind;
    const values = {
      ports: {
        key: `${policy}\\StandardProfile\\GloballyOpenPorts\\List`,
        name: "8000:TCP",
        data: "8000:TCP:*:enabled:x",
      },
      standard: { key: `${policy}\\StandardProfile`, name: "EnableFirewall", data: 0 },
      broken: { key: `${local}\\FirewallRules`, name: "{x}", data: undefined },
      exempt: { key: `${local}\\PublicProfile`, name: "DisabledInterfaces", data: "{5F8D5D3B}" },
    };
    for (const [name, value] of Object.entries(values)) {
      expect([name, connection(readWindowsFirewall([value]))]).toEqual([name, "unknown"]);
    }
    const none = { ...values.exempt, data: "" };
    expect(connection(readWindowsFirewall([none]))).toBe("drop");
  });
});
