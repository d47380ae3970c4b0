import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import { evaluateWindows } from "../../../src/firewall/windows/evaluate.ts";
import type {
  WindowsConnection,
  ProfileSettings,
  StoredRule,
  WindowsFirewall,
} from "../../../src/firewall/windows/model.ts";
import { parseWindowsRule } from "../../../src/firewall/windows/parse.ts";

const NODE = String.raw`C:\Program Files\nodejs\node.exe`;

const CONNECTION: WindowsConnection = {
  protocol: "tcp",
  port: 8000,
  local: parseAddress("192.168.1.10")!,
  remote: parseAddress("192.168.1.50")!,
  profile: "private",
  program: NODE,
  service: { kind: "none" },
  localSubnets: [parseCidr("192.168.1.0/24")!, parseCidr("fe80::/10")!],
  environment: { SystemRoot: String.raw`C:\Windows`, ProgramFiles: String.raw`C:\Program Files` },
  version: { major: 10, minor: 0 },
};

const DEFAULTS: ProfileSettings = { enabled: true, inbound: "block", blockAll: false, localRules: true };

function firewall(rules: readonly string[], settings: Partial<ProfileSettings> = {}): WindowsFirewall {
  const all = { ...DEFAULTS, ...settings };
  const stored = rules.map((each, index): StoredRule => {
    const [store, value] = each.startsWith("policy ")
      ? (["policy", each.slice(7)] as const)
      : (["local", each] as const);
    const text = `v2.30|Active=TRUE|Dir=In|${value}`;
    return { id: `r${index}`, store, text, rule: parseWindowsRule(text) };
  });
  return { profiles: { domain: all, private: all, public: all }, rules: stored };
}

function judge(
  rules: readonly string[],
  change: Partial<WindowsConnection> = {},
  settings: Partial<ProfileSettings> = {},
) {
  return evaluateWindows(firewall(rules, settings), { ...CONNECTION, ...change });
}

const ALLOW = "Action=Allow|Protocol=6|LPort=8000|";
const BLOCK = "Action=Block|Protocol=6|LPort=8000|";

describe("the Windows firewall", () => {
  test("does what the profile says where no rule speaks of it", () => {
    expect(judge([]).kind).toBe("drop");
    expect(judge([], {}, { inbound: "allow" }).kind).toBe("accept");
    expect(judge([], {}, { enabled: false })).toMatchObject({
      kind: "accept",
      because: "the firewall is off for private networks",
    });
  });

  test("blocks what one rule blocks, however many allow it, and names that rule", () => {
    const verdict = judge([ALLOW, `${BLOCK}Name=cancelled prompt|`, ALLOW]);
    expect(verdict).toMatchObject({ kind: "drop", rule: { id: "r1" }, because: "rule `cancelled prompt` blocks it" });
    expect(judge([ALLOW])).toMatchObject({ kind: "accept", rule: { id: "r0" } });
  });

  test("lets in what bypasses, even what is blocked", () => {
    expect(judge([BLOCK, "Action=ByPass|Protocol=6|LPort=8000|"]).kind).toBe("accept");
  });

  test("heeds the profile, the protocol and the ports", () => {
    expect(judge([`${ALLOW}Profile=Private|`]).kind).toBe("accept");
    expect(judge([`${ALLOW}Profile=Private|`], { profile: "public" }).kind).toBe("drop");
    expect(judge([`${ALLOW}Profile=Domain|Profile=Public|`], { profile: "public" }).kind).toBe("accept");
    expect(judge(["Action=Allow|Protocol=17|LPort=8000|"]).kind).toBe("drop");
    expect(judge(["Action=Allow|"]).kind).toBe("accept");
    for (const [port, kind] of [
      [7999, "drop"],
      [8000, "accept"],
      [8010, "accept"],
      [8011, "drop"],
    ] as const) {
      expect(judge(["Action=Allow|Protocol=6|LPort=22|LPort2_10=8000-8010|"], { port }).kind).toBe(kind);
    }
  });

  test("knows programs by their path, in any case, with variables", () => {
    expect(judge([String.raw`Action=Allow|App=%programfiles%\NodeJS\NODE.EXE|`]).kind).toBe("accept");
    expect(judge([String.raw`Action=Allow|App=C:\nvm\v20\node.exe|`]).kind).toBe("drop");
    expect(judge([String.raw`Action=Allow|App=%NVM_HOME%\node.exe|`]).kind).toBe("unknown");
    const { program: _, ...unseen } = CONNECTION;
    expect(evaluateWindows(firewall([`Action=Allow|App=${NODE}|`]), unseen).kind).toBe("unknown");
    expect(evaluateWindows(firewall([`Action=Block|App=${NODE}|`]), unseen).kind).toBe("drop");
  });

  test("knows the local subnet, single addresses, masks and ranges, in each family by itself", () => {
    const far = { remote: parseAddress("203.0.113.9")! };
    const six = { remote: parseAddress("fe80::5")!, local: parseAddress("fe80::1")! };
    expect(judge([`${ALLOW}RA4=LocalSubnet|`]).kind).toBe("accept");
    expect(judge([`${ALLOW}RA4=LocalSubnet|`], far).kind).toBe("drop");
    expect(judge([`${ALLOW}RA4=LocalSubnet|`], six).kind).toBe("drop");
    expect(judge([`${ALLOW}RA4=LocalSubnet|RA6=LocalSubnet|`], six).kind).toBe("accept");
    expect(judge([`${ALLOW}RA4=192.168.0.0/255.255.0.0|`]).kind).toBe("accept");
    expect(judge([`${ALLOW}RA4=192.168.1.1-192.168.1.49|RA4=192.168.1.51|`]).kind).toBe("drop");
    expect(judge([`${ALLOW}LA4=192.168.1.11|`]).kind).toBe("drop");
    expect(judge([`${ALLOW}RA42=IntErnet|RA62=IntErnet|`], far).kind).toBe("unknown");
  });

  test("takes edge traversal for nothing, and what it does not know for a doubt, only where it matters", () => {
    expect(judge([`${ALLOW}Edge=TRUE|Desc=x|EmbedCtxt=y|`]).kind).toBe("accept");
    expect(judge([`${ALLOW}Security=Authenticate|`]).kind).toBe("unknown");
    expect(judge([`${ALLOW}LUAuth=O:LSD:(A;;CC;;;S-1-5-4)|`, ALLOW]).kind).toBe("accept");
    expect(judge([`${BLOCK}X9=new|`]).kind).toBe("drop");
    expect(judge([`${BLOCK}X9=new|`, ALLOW])).toMatchObject({ kind: "unknown", rule: { id: "r0" } });
    expect(judge(["Action=Allow|Protocol=6|LPort=nonsense-|"]).kind).toBe("unknown");
  });

  test("heeds the versions of Windows that a rule is for", () => {
    expect(judge([`${ALLOW}Platform=2:6:2|Platform2=GTEQ|`]).kind).toBe("accept");
    expect(judge([`${ALLOW}Platform=2:6:1|`]).kind).toBe("drop");
    expect(judge([`${ALLOW}Platform=2:10:0|`]).kind).toBe("accept");
  });

  test("leaves rules out that are for services, inactive, or for what goes out", () => {
    expect(judge([`${ALLOW}Svc=WinRM|`]).kind).toBe("drop");
    expect(judge([`${ALLOW}Svc=WinRM|`], { service: { kind: "named", name: "winrm" } }).kind).toBe("accept");
    const inactive = parseWindowsRule(`v2.30|Active=FALSE|Dir=In|${ALLOW}`);
    const out = parseWindowsRule(`v2.30|Active=TRUE|Dir=Out|${ALLOW}`);
    const rules = [inactive, out].map((rule, index): StoredRule => ({
      id: `r${index}`,
      store: "local",
      text: "",
      rule,
    }));
    expect(evaluateWindows({ ...firewall([]), rules }, CONNECTION).kind).toBe("drop");
  });

  test("with shields up lets nothing in, and where policy says so only policy's rules count", () => {
    expect(judge([ALLOW], {}, { blockAll: true }).kind).toBe("drop");
    expect(judge([ALLOW], {}, { localRules: false }).kind).toBe("drop");
    expect(judge([`policy ${ALLOW}`], {}, { localRules: false }).kind).toBe("accept");
  });

  test("leaves the loopback alone", () => {
    const self = { local: parseAddress("127.0.0.1")!, remote: parseAddress("127.0.0.1")! };
    expect(judge([BLOCK], self).kind).toBe("accept");
  });

  test("tells of each rule that it asked why it did not match", () => {
    const { trace } = judge(["Action=Allow|Protocol=6|LPort=22|", ALLOW]);
    expect(trace.map(({ rule, matched, why }) => [rule.id, matched, why])).toEqual([
      ["r0", "no", "port 8000 is none of its ports"],
      ["r1", "yes", undefined],
    ]);
  });

  test("judges ten thousand rules at once", () => {
    const rules = Array.from({ length: 10_000 }, (_, index) => `Action=Block|Protocol=6|LPort=${index % 7000}|`);
    expect(judge([...rules, ALLOW]).kind).toBe("accept");
  });

  test("does not go by the order of its rules, and an allowing one more never keeps anybody out", () => {
    const some = fc.array(fc.constantFrom(...MIXED), { maxLength: 8 });
    fc.assert(
      fc.property(some, fc.constantFrom(8000, 8001), (rules, port) => {
        const { kind } = judge(rules, { port });
        expect(judge(rules.toReversed(), { port }).kind).toBe(kind);
        const more = judge([...rules, ALLOW], { port }).kind;
        if (kind === "accept") expect(more).toBe("accept");
        // What may be blocked may be blocked still; what is let in for certain was so, or is by this one.
        if (more === "drop") expect(kind).toBe("drop");
      }),
    );
  });
});

const MIXED = [
  "Action=Allow|Protocol=6|LPort=8000|",
  "Action=Allow|Protocol=6|LPort=8001|X9=new|",
  "Action=Block|Protocol=6|LPort=8001|",
  "Action=Block|Protocol=6|LPort=8000|X9=new|",
  "Action=ByPass|Protocol=6|LPort=8000|Security=Authenticate|",
  "Action=Block|Protocol=17|",
  "Action=Maybe|",
] as const;
