import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { seen, unseen } from "../../../src/core/seen.ts";
import type { LivePf } from "../../../src/firewall/pf/read-live.ts";
import { parsePf } from "../../../src/firewall/pf/parse.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { judgeMacosWay } from "../../../src/reach/gather/macos-ways.ts";
import { decideVerdict } from "../../../src/reach/verdict.ts";
import { candidateOf, connected, ETH0, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { codesOf, findingsOf, onlyFinding } from "./judged.ts";
import { macosOf } from "./windows.ts";

const PYTHON = "/opt/homebrew/bin/python3";

/** Facts of a macOS on whose 192.168.1.20:8000 a python listens, asked for this LAN, with the verdict of pf (`off`: it is). */
function ruledByPf(
  rules: string,
  machine = macosOf({ on: false }),
  anchors: Readonly<Record<string, string>> = {},
): Facts {
  const facts = factsOf({
    system: "macos",
    machine,
    request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
    candidates: [candidateOf("192.168.1.20")],
    attempts: [connected("192.168.1.20")],
    listeners: [listenerOf("0.0.0.0", { owners: [ownerOf({ process: { program: PYTHON } })] })],
  });
  const known = new Map(Object.entries(anchors).map(([name, text]) => [name, parsePf(text)]));
  const on: LivePf = { kind: "on", rules: { lines: parsePf(rules), anchors: known, skips: ["lo0"] }, redirects: [] };
  const way = judgeMacosWay(
    facts,
    {
      candidate: candidateOf("192.168.1.20"),
      packet: {
        protocol: "tcp",
        port: 8000,
        source: requireAddress("192.168.1.7"),
        destination: requireAddress("192.168.1.20"),
        way: { kind: "in", interface: ETH0.name },
        host: {},
      },
    },
    rules === "off" ? { kind: "off" } : on,
  );
  return { ...facts, more: { firewall: seen({ ways: [way], outside: [], missing: [] }) } };
}

const verdictOf = (facts: Facts) => decideVerdict(facts, findingsOf(facts));

describe("PF_BLOCKS", () => {
  test("names the rule, and the anchor that it stands in", () => {
    const finding = onlyFinding(
      ruledByPf('anchor "com.vpn/*" all\n', undefined, { "com.vpn/kill": "block drop in all\n" }),
    );
    expect(finding).toMatchObject({
      code: "PF_BLOCKS",
      severity: "blocks",
      title: "this LAN to 192.168.1.20:8000 is dropped by rule 1 of pf's anchor com.vpn/kill",
    });
    expect(finding.remedies.map(({ commands }) => commands[0]?.join(" "))).toEqual([
      "sudo portguard rule 8000 --from lan",
      "sudo pfctl -a com.vpn/kill -s rules",
    ]);
  });

  test("tells a refusal from a drop", () => {
    const finding = onlyFinding(ruledByPf("block return in proto tcp from any to any port 8000\n"));
    expect(finding.title).toBe("this LAN to 192.168.1.20:8000 is rejected (tcp-reset) by rule 1 of pf");
  });

  test("is silent where pf is off, lets it in, or can't be told", () => {
    expect(codesOf(ruledByPf("off"))).toEqual([]);
    expect(codesOf(ruledByPf("block drop in all\npass in quick proto tcp from any to any port 8000\n"))).toEqual([]);
    const doubt = ruledByPf("block drop in quick from <bad> to any\n");
    expect([codesOf(doubt), verdictOf(doubt)]).toEqual([[], "unknown"]);
  });
});

describe("what pf lets in on a macOS", () => {
  test("gets in where the application firewall is off, or has the program on its list", () => {
    expect(verdictOf(ruledByPf("off"))).toBe("reachable");
    expect(verdictOf(ruledByPf("off", macosOf({ allowed: [PYTHON] })))).toBe("reachable");
  });

  test("is kept out by the application firewall alone, which is named alone", () => {
    for (const firewall of [macosOf({ blocked: [PYTHON] }), macosOf({ blockAll: true, allowed: [PYTHON] })]) {
      const facts = ruledByPf("off", firewall);
      expect([codesOf(facts), verdictOf(facts)]).toEqual([["MACOS_APPLICATION_FIREWALL"], "unreachable"]);
    }
  });

  test("is not known to get in where it may ask first, or may not be seen", () => {
    expect(verdictOf(ruledByPf("off", macosOf({ allowed: ["/usr/bin/ruby"] })))).toBe("unknown");
    const hidden = { macos: { version: 15, applicationFirewall: unseen("no rights") } };
    expect(verdictOf(ruledByPf("off", hidden))).toBe("unknown");
  });
});
