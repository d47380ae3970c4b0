import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FirewallAnswer } from "../../src/core/firewall-answer.ts";
import { FirewallRegistry, LOCAL, POLICY } from "./firewall-registry.ts";
import { OWN } from "./wine-machine.ts";
import { parseLines, type Wine, type WineRun } from "./wine.ts";

const PROGRAM = String.raw`Z:\win\program.exe`;
/** A value of this name is what Windows makes when its prompt is cancelled. */
const LEFT = String.raw`TCP Query User{6B29FC40-CA47-1067-B31D-00DD010662DA}z:\win\program.exe`;

/** Each port's own rules, without version, activity, direction and protocol. */
const RULES = {
  allowed: ["Action=Allow|LPort=8001|Name=for everybody|"],
  blocked: ["Action=Allow|LPort=8002|", "Action=Block|LPort=8002|Name=never|", "Action=Allow|LPort=8002|"],
  range: ["Action=Allow|LPort=22|LPort2_10=8003-8004|Profile=Private|Name=private range|"],
  networks: [`Action=Allow|LPort=8005|RA4=LocalSubnet|RA6=LocalSubnet|`, "Action=Allow|LPort=8005|RA4=198.51.100.7|"],
  mask: ["Action=Allow|LPort=8006|RA4=192.168.77.0/255.255.255.128|RA4=192.168.77.200-192.168.77.210|"],
  program: [`Action=Allow|LPort=8007|App=${PROGRAM.toUpperCase()}|`],
  variable: [String.raw`Action=Allow|LPort=8008|App=%SystemRoot%\old\program.exe|Name=@FirewallAPI.dll,-25000|`],
  service: ["Action=Allow|LPort=8009|Svc=*|Name=services only|"],
  strange: ["Action=Allow|LPort=8010|X9_1=word of a later version|Name=later|"],
  later: ["Action=Block|LPort=8012|Platform=2:6:1|", "Action=Allow|LPort=8012|Platform=2:6:1|Platform2=GTEQ|"],
  managed: ["Action=Block|LPort=8013|Name=of the management|"],
} as const;

/** `reach` by the rules that `reg add` has put into the registry. */
export function testFirewallReach(wine: () => Wine): void {
  interface Told {
    readonly verdict: string;
    readonly findings: readonly {
      readonly code: string;
      readonly title: string;
      readonly evidence: readonly { readonly what: string }[];
    }[];
    readonly notMade: readonly { readonly what: string; readonly because: string }[];
    readonly firewall?: Partial<FirewallAnswer>;
  }

  /** The verdict, with the code of the finding where there is one. */
  const reach = async (port: number, from = "lan"): Promise<Told & { readonly short: string }> => {
    const { stdout, stderr, end } = await wine().run("portguard.exe", "reach", String(port), "--from", from, "--json");
    const [told] = parseLines(stdout) as Told[];
    if (!told) throw new Error(`reach ${port} told nothing: ${stdout}${stderr}`);
    const exit = { reachable: 0, unreachable: 1, unknown: 3 }[told.verdict];
    expect(end).toBe(exit!);
    return { ...told, short: [told.verdict, ...told.findings.map(({ code }) => code)].join(" ") };
  };

  describe("reach", () => {
    let server: WineRun;
    let registry: FirewallRegistry;
    beforeAll(async () => {
      registry = new FirewallRegistry(wine());
      registry.setKind("Private");
      await registry.clear();
      for (const text of Object.values(RULES).flat()) {
        const store = text.includes("of the management") ? `${LOCAL}\\Mdm` : LOCAL;
        await registry.addRule(`{${Bun.hash(text)}}`, `v2.30|Active=TRUE|Dir=In|Protocol=6|${text}`, store);
      }
      const ports = Array.from({ length: 16 }, (_, index) => String(8001 + index));
      server = wine().start("program.exe", "serve", ports[0]!, "0.0.0.0", ...ports.slice(1));
      await server.says("ready");
    });
    afterAll(async () => {
      server.kill();
      await registry.clear();
    });

    test("goes by the ports of rules, and by the kinds of network that they are for", async () => {
      expect((await reach(8001)).short).toBe("reachable");
      expect((await reach(8003)).short).toBe("reachable");
      registry.setKind("Public");
      const { short, findings } = await reach(8004);
      expect(short).toBe("unreachable WINDOWS_BLOCKS_BY_DEFAULT");
      expect(findings[0]?.title).toContain('on a public network: the rule "private range" is for private networks');
      registry.setKind("");
      expect((await reach(8001)).short).toBe("reachable");
      expect((await reach(8004)).short).toBe("unknown");
      registry.setKind("Private");
    });

    test("names the rule that blocks, which is stronger than those that allow", async () => {
      const { short, findings, firewall } = await reach(8002);
      expect(short).toBe("unreachable WINDOWS_BLOCK_RULE");
      expect(findings[0]?.title).toContain(`${OWN.v4}:8002 is blocked by the rule "never" of Windows' firewall`);
      expect(findings[0]?.evidence[0]?.what).toContain("|Action=Block|LPort=8002|Name=never|");
      expect(firewall).toMatchObject({
        verdict: "drop",
        errno: "ETIMEDOUT",
        rule: { backend: "windows", table: "local", text: expect.stringContaining("Name=never") as string },
      });
      expect((await reach(8013)).findings[0]?.title).toContain('the rule "of the management"');
    });

    test("goes by networks, masks and ranges of addresses", async () => {
      expect((await reach(8005)).short).toBe("reachable");
      expect((await reach(8005, "198.51.100.7")).short).toBe("reachable");
      expect((await reach(8005, "198.51.100.8")).short).toBe("unreachable WINDOWS_BLOCKS_BY_DEFAULT");
      expect((await reach(8006, "192.168.77.127")).short).toBe("reachable");
      expect((await reach(8006, "192.168.77.128")).short).toBe("unreachable WINDOWS_BLOCKS_BY_DEFAULT");
      expect((await reach(8006, "192.168.77.205")).short).toBe("reachable");
    });

    test("knows the program that really listens, in any case and by variables", async () => {
      expect((await reach(8007)).short).toBe("reachable");
      const { short, findings } = await reach(8008);
      expect(short).toBe("unreachable WINDOWS_RULE_FOR_OTHER_PROGRAM");
      expect(findings[0]?.title).toContain(`the rule "@FirewallAPI.dll,-25000" lets in %SystemRoot%\\old\\program.exe`);
      expect(findings[0]?.title).toContain(`and ${PROGRAM} listens`);
    });

    test("says that it does not know where a rule is not wholly understood, and only where that matters", async () => {
      for (const [port, because] of [
        [8009, "rule `services only` may decide it: whether the service * listens is not known"],
        [8010, "rule `later` may decide it: `X9_1=word of a later version` can't be told"],
      ] as const) {
        const { short, notMade } = await reach(port);
        expect(short).toBe("unknown");
        expect(notMade.map((each) => each.because)).toContain(because);
      }
      expect((await reach(8012)).short).toBe("reachable");
    });

    test("leaves aside what is not active, for what goes out, or for UDP, and what wants IPsec is not known", async () => {
      for (const [id, text] of Object.entries({
        "{inactive}": "Action=Block|Active=FALSE|Dir=In|Protocol=6|LPort=8015|",
        "{out}": "Action=Block|Active=TRUE|Dir=Out|Protocol=6|LPort=8015|",
        "{udp}": "Action=Block|Active=TRUE|Dir=In|Protocol=17|LPort=8015|",
        "{rpc}": "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC-EPMap|LPort=8015|EmbedCtxt=x|Edge=TRUE|",
        "{ipsec}": "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8016|Security=Authenticate|",
      })) {
        await registry.addRule(id, `v2.30|${text}`);
      }
      expect((await reach(8015)).short).toBe("reachable");
      expect((await reach(8016)).short).toBe("unknown");
    });

    test("reads a broken rule as one that may do anything", async () => {
      const mask = "RA4=10.0.0.0/255.0.255.0";
      await registry.addRule("{broken}", `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8011|${mask}|`);
      const { short, notMade } = await reach(8011);
      expect(short).toBe("unknown");
      expect(notMade.map(({ because }) => because).join()).toContain(`\`${mask}\` is not understood`);
      await wine().run("reg.exe", "delete", `${LOCAL}\\FirewallRules`, "/v", "{broken}", "/f");
    });

    test("names what a cancelled prompt left for the program, in letters of any language", async () => {
      const text = `v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|App=${PROGRAM}|Name=Prögramm “π”|Defer=User|`;
      await registry.addRule(LEFT, text);
      const { short, findings } = await reach(8001);
      expect(short).toBe("unreachable WINDOWS_BLOCK_RULE");
      expect(findings[0]?.title).toContain(
        'the rule "Prögramm “π”" of Windows\' firewall, which a cancelled prompt left',
      );
      expect(findings[0]?.evidence[0]?.what).toContain(LEFT);
      await wine().run("reg.exe", "delete", `${LOCAL}\\FirewallRules`, "/v", LEFT, "/f");
    });

    test("reads rules that are longer than most", async () => {
      const addresses = Array.from({ length: 300 }, (_, index) => `RA4=198.51.${index >> 8}.${index & 255}|`).join("");
      await registry.addRule("{long}", `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8014|${addresses}`);
      expect((await reach(8014, "198.51.1.43")).short).toBe("reachable");
      expect((await reach(8014, "198.51.1.44")).short).toBe("unreachable WINDOWS_BLOCKS_BY_DEFAULT");
    });

    test("heeds what is set for a kind of network, by the machine and by policies", async () => {
      await registry.set("StandardProfile", "DoNotAllowExceptions", 1);
      expect((await reach(8001)).short).toBe("unreachable WINDOWS_SHIELDS_UP");
      await registry.set("PrivateProfile", "DoNotAllowExceptions", 0, POLICY);
      await registry.set("PrivateProfile", "AllowLocalPolicyMerge", 0, POLICY);
      const { short, findings } = await reach(8001);
      expect(short).toBe("unreachable WINDOWS_LOCAL_RULES_IGNORED");
      expect(findings[0]?.title).toContain('the rule "for everybody" would let it in');
      await registry.addRule("{p}", "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8001|", POLICY);
      expect((await reach(8001)).short).toBe("reachable");
      await registry.set("PrivateProfile", "EnableFirewall", 0, POLICY);
      expect((await reach(8002)).short).toBe("reachable");
    });
  });
}
