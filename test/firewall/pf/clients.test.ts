import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { NetworkInterface } from "../../../src/core/network.ts";
import type { Backend, RuleRequest } from "../../../src/core/rule-request.ts";
import { readClients } from "../../../src/firewall/gather-clients.ts";
import type { Look } from "../../../src/firewall/gather-rule-facts.ts";
import { judgePlan, standingWith } from "../../../src/firewall/judge-plan.ts";
import { planRule } from "../../../src/firewall/plan-rule.ts";
import { pfctlOf, refusedPfctl } from "./captured.ts";

const EN0: NetworkInterface = {
  index: 4,
  name: "en0",
  up: true,
  loopback: false,
  wireless: true,
  addresses: [{ address: requireAddress("192.168.1.20"), prefix: 24 }],
};
const REQUEST: RuleRequest = {
  id: "abcd2345",
  action: "open",
  protocol: "tcp",
  ports: { first: 8000, last: 8000 },
  from: { kind: "lan" },
};
const NODE = "/opt/homebrew/bin/node";
const BLOCK_ALL = 'anchor "com.apple/*" all\n';

/** A macOS on 192.168.1.20 with this pf, and an application firewall that is off where nothing else is said. */
function lookOf(pf: Readonly<Record<string, string>>, programs?: string): Look {
  const run = pfctlOf({ ...pf, ...filterOf(programs) });
  return { run, readText: () => undefined, hasProgram: () => true };
}

function filterOf(programs: string | undefined): Readonly<Record<string, string>> {
  if (programs === undefined) return { "--getglobalstate": "Firewall is disabled. (State = 0)\n" };
  const on = "Firewall is enabled. (State = 1)\n";
  return {
    "--getglobalstate": on,
    "--getblockall": "Firewall has block all state set to disabled.\n",
    "--listapps": programs,
  };
}

async function judge(backend: Backend, look: Look, some: Partial<RuleRequest> = {}) {
  const request = { ...REQUEST, ...some };
  const clients = await readClients(request, "macos", [EN0], look);
  if (clients.kind === "unseen") return { now: "unseen", judgement: clients.because };
  const now = standingWith([], clients.value, request.action);
  const facts = { lan: [parseCidr("192.168.1.0/24")!], families: [4, 6] as const };
  const planned = planRule(backend, request, facts);
  if (planned.kind === "no-plan") throw new Error(planned.because);
  return {
    now: now.kind,
    judgement: judgePlan(planned, now, clients.value, { action: request.action, isNamed: false }),
  };
}

describe("a rule of macOS is judged with it in pf's anchors", () => {
  const blocking = { "-s rules": `block drop in all\n${BLOCK_ALL}`, "-v -s Anchors": "  com.apple\n" };

  test("it helps where pf blocks what no later rule lets in", async () => {
    expect(await judge("pf", lookOf(blocking))).toEqual({ now: "not", judgement: { kind: "helps" } });
  });

  test("it would not help behind one that blocks with quick, which would have to go", async () => {
    const quick = { "-s rules": `block drop in quick proto tcp from any to any port = 8000\n${BLOCK_ALL}` };
    const { judgement } = await judge("pf", lookOf({ ...blocking, ...quick }));
    expect(judgement).toMatchObject({
      kind: "would-not-help",
      instead: [expect.stringContaining("rule 1 of pf's main rule set is asked first") as string],
    });
  });

  test("it has nothing to do where pf is off, or lets it in already", async () => {
    expect((await judge("pf", lookOf({ "-s info": "Status: Disabled\n" }))).now).toBe("as-asked");
    expect((await judge("pf", lookOf({ "-a com.vpn/kill -s rules": "" }))).now).toBe("as-asked");
  });

  test("it is for a program where the application firewall blocks that one", async () => {
    const look = lookOf({ "-s info": "Status: Disabled\n" }, `1 : ${NODE} \n   (Block incoming connections) \n`);
    const asked = { program: NODE };
    expect(await judge("application-firewall", look, asked)).toEqual({ now: "not", judgement: { kind: "helps" } });
    expect((await judge("application-firewall", look, { program: "/usr/bin/ruby" })).now).toBe("unknown");
    expect((await judge("pf", look)).now).toBe("unknown");
  });

  test("it is not judged where pf may not be read", async () => {
    const look = { run: refusedPfctl, readText: () => undefined, hasProgram: () => true };
    expect(await judge("pf", look)).toEqual({
      now: "unseen",
      judgement: "`pfctl` ended with 1: pfctl: /dev/pf: Permission denied",
    });
  });
});
