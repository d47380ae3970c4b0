import { describe, expect, test } from "bun:test";
import { parseAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { NetworkInterface } from "../../../src/core/network.ts";
import type { RuleRequest, WindowsProfile } from "../../../src/core/rule-request.ts";
import { judgePlan, standingWith } from "../../../src/firewall/judge-plan.ts";
import type { Packet } from "../../../src/firewall/packet.ts";
import { planRule } from "../../../src/firewall/plan-rule.ts";
import { windowsClientsOf } from "../../../src/firewall/windows/clients.ts";
import { parseRegistry, readWindowsFirewall } from "../../../src/firewall/windows/registry.ts";

const RULES = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`;
const BLOCK = "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=8000|Name=left by a prompt|";
const OF_A_PROGRAM = String.raw`v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|App=C:\node.exe|Name=node|`;

const REQUEST: RuleRequest = {
  id: "abcd2345",
  action: "open",
  protocol: "tcp",
  ports: { first: 8000, last: 8000 },
  from: { kind: "lan" },
};

const ETHERNET: NetworkInterface = {
  index: 7,
  name: "Ethernet",
  up: true,
  loopback: false,
  wireless: false,
  addresses: [{ address: parseAddress("192.168.1.20")!, prefix: 24 }],
};

const PACKET: Packet = {
  protocol: "tcp",
  source: parseAddress("192.168.1.50")!,
  destination: parseAddress("192.168.1.20")!,
  port: 8000,
  way: { kind: "in", interface: "Ethernet" },
  host: {},
};

function judge(rules: readonly string[], profile: WindowsProfile, some: Partial<RuleRequest> = {}) {
  const request = { ...REQUEST, ...some };
  const values = rules.map((text, index) => `    r${index}    REG_SZ    ${text}`);
  const firewall = readWindowsFirewall(parseRegistry([RULES, ...values, ""].join("\r\n")));
  const localSubnets = [parseCidr("192.168.1.0/24")!];
  const kinds = new Map([[7, profile]]);
  const servers = [some.program === undefined ? {} : { program: some.program }];
  const clients = windowsClientsOf([PACKET], { firewall, interfaces: [ETHERNET], kinds, servers, environment: {} });
  const facts = { lan: localSubnets, families: [4, 6] as const, windows: { activeProfiles: [profile] } };
  const planned = planRule("netsh", request, facts);
  if (planned.kind === "no-plan") throw new Error(planned.because);
  const now = standingWith([], clients, "open");
  return { now, judgement: judgePlan(planned, now, clients, { action: "open", isNamed: false }) };
}

describe("a rule of Windows is judged with it in the registry's rules", () => {
  test("it helps where no rule speaks of the port", () => {
    const { now, judgement } = judge([], "private");
    expect([now.kind, judgement]).toEqual(["not", { kind: "helps" }]);
  });

  test("it would not help beside one that blocks, which would have to go", () => {
    expect(judge([BLOCK], "private").judgement).toMatchObject({
      kind: "would-not-help",
      instead: [expect.stringContaining("the rule `left by a prompt` would have to go") as string],
    });
  });

  test("it would not help on a public network, unless it is for one", () => {
    expect(judge([], "public").judgement).toMatchObject({
      kind: "would-not-help",
      instead: [expect.stringContaining("`--profile public`") as string],
    });
    expect(judge([], "public", { profile: "public" }).judgement).toEqual({ kind: "helps" });
  });

  test("a rule about a program that may be the server's makes it doubtful", () => {
    expect(judge([OF_A_PROGRAM], "private").judgement.kind).toBe("unknown");
  });
});
