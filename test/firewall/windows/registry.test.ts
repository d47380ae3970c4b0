import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingForWine, wineArgv } from "../../../scripts/wine.ts";
import { parseAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import { evaluateWindows } from "../../../src/firewall/windows/evaluate.ts";
import {
  decodeRegistryFile,
  looksLikeRegistry,
  parseRegistry,
  readWindowsFirewall,
} from "../../../src/firewall/windows/registry.ts";
import { needThat } from "../../need.ts";
import { WineMachine } from "../../windows/wine-machine.ts";

const LOCAL = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
const POLICY = String.raw`HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall`;
const PROGRAM = String.raw`C:\Program Files\a b.exe`;
const BLOCK = `v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort2_10=8000-8010|App=${PROGRAM}|Name=say "no"|`;
const ALLOW = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8000|LPort=9000|RA4=LocalSubnet|";

function judge(text: string, port: number, profile: "private" | "public" = "private") {
  return evaluateWindows(readWindowsFirewall(parseRegistry(text)), {
    protocol: "tcp",
    port,
    local: parseAddress("192.168.1.10")!,
    remote: parseAddress("192.168.1.50")!,
    profile,
    program: PROGRAM,
    localSubnets: [parseCidr("192.168.1.0/24")!],
    environment: {},
    version: { major: 10, minor: 0 },
  });
}

describe("a registry's text", () => {
  test("of a policy comes before that of the machine, value by value", () => {
    const text = [
      `[${LOCAL}\\StandardProfile]`,
      '"EnableFirewall"=dword:00000000',
      '"DefaultInboundAction"=dword:00000000',
      `[${POLICY}\\PrivateProfile]`,
      '"EnableFirewall"=dword:00000001',
      '"AllowLocalPolicyMerge"=dword:00000000',
      `[${LOCAL}\\RestrictedServices\\FirewallRules]`,
      `"x"="${ALLOW}"`,
      `[${POLICY}\\FirewallRules]`,
      `"mine"="${ALLOW}"`,
    ].join("\r\n");
    const { profiles, rules } = readWindowsFirewall(parseRegistry(text));
    expect(profiles.private).toEqual({ enabled: true, inbound: "allow", blockAll: false, localRules: false });
    expect(profiles.public).toEqual({ enabled: true, inbound: "block", blockAll: false, localRules: true });
    expect(rules.map(({ id, store }) => [id, store])).toEqual([["mine", "policy"]]);
  });

  test("is known by how it begins", () => {
    expect(looksLikeRegistry("\uFEFFWindows Registry Editor Version 5.00\r\n")).toBe(true);
    expect(looksLikeRegistry(`\r\n${LOCAL}\r\n`)).toBe(true);
    expect(looksLikeRegistry("*filter\n:INPUT DROP [0:0]\n")).toBe(false);
  });
});

const missing = [...missingForWine(), ...["ip", "nsenter"].filter((tool) => !Bun.which(tool))];
if (needThat(missing.join(", "), missing.length === 0)) {
  describe("the registry under wine", () => {
    setDefaultTimeout(120_000);

    test("gives its rules back by query and by export, and they are judged alike", async () => {
      const folder = mkdtempSync(join(tmpdir(), "portguard-registry-"));
      // not the machine that all share: its server writes files where whoever started it has its folder
      using machine = await WineMachine.open();
      const { prefix, root } = machine;
      const key = LOCAL.replace("HKEY_LOCAL_MACHINE", "HKLM");
      const reg = (...args: readonly string[]) => {
        const argv = [...prefix, ...wineArgv(folder, ["reg.exe", ...args], { root })];
        const { exitCode, stdout } = Bun.spawnSync(argv);
        if (exitCode !== 0) throw new Error(`reg ${args.join(" ")}: ${exitCode} ${stdout.toString()}`);
        return stdout.toString();
      };
      try {
        reg("add", `${key}\\FirewallRules`, "/v", "{A-1} x", "/t", "REG_SZ", "/d", BLOCK, "/f");
        reg("add", `${key}\\FirewallRules`, "/v", "{A-2}", "/t", "REG_SZ", "/d", ALLOW, "/f");
        reg("add", `${key}\\PublicProfile`, "/v", "EnableFirewall", "/t", "REG_DWORD", "/d", "0", "/f");
        const queried = reg("query", key, "/s");
        reg("export", key, String.raw`Z:\win\export.reg`, "/y");
        const exported = decodeRegistryFile(readFileSync(join(folder, "export.reg")));
        expect(parseRegistry(exported)).toEqual(
          parseRegistry(queried).map((value) => ({ ...value, key: value.key.replace("HKLM", "HKEY_LOCAL_MACHINE") })),
        );
        for (const text of [queried, exported]) {
          expect(looksLikeRegistry(text)).toBe(true);
          expect(judge(text, 8000)).toMatchObject({
            kind: "drop",
            rule: { id: "{A-1} x" },
            because: 'rule `say "no"` blocks it',
          });
          expect(judge(text, 9000)).toMatchObject({ kind: "accept", rule: { id: "{A-2}" } });
          expect(judge(text, 9001).kind).toBe("drop");
          expect(judge(text, 9001, "public").kind).toBe("accept");
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
