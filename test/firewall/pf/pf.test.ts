import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseAddress } from "../../../src/core/address.ts";
import { cidrOf } from "../../../src/core/cidr.ts";
import { emitPf } from "../../../src/firewall/pf/emit.ts";
import { evaluatePf } from "../../../src/firewall/pf/evaluate.ts";
import type { PfAddress, PfLine, PfPlace, PfPort } from "../../../src/firewall/pf/model.ts";
import { parsePf } from "../../../src/firewall/pf/parse.ts";
import { anyAddress } from "../../core/arbitraries.ts";

const anyPort: fc.Arbitrary<PfPort> = fc.oneof(
  fc.record({
    op: fc.constantFrom("=", "!=", "<", "<=", ">", ">=" as const),
    port: fc.nat(65_535),
  }) as fc.Arbitrary<PfPort>,
  fc.record({
    op: fc.constantFrom(":" as const, "><" as const, "<>" as const),
    first: fc.nat(65_535),
    last: fc.nat(65_535),
  }),
  fc.constant({ op: "named" as const, name: "http-alt" }),
);

const anyPfAddress: fc.Arbitrary<PfAddress> = fc.record({
  not: fc.boolean(),
  at: fc.oneof(
    anyAddress.chain((address) =>
      fc
        .integer({ min: 0, max: address.family === 4 ? 32 : 128 })
        .map((prefix) => ({ kind: "network" as const, network: cidrOf(address, prefix) })),
    ),
    fc.constantFrom("<bad_hosts>", "(en0)", "self", "en0:network").map((text) => ({ kind: "named" as const, text })),
  ),
});

const anyPlace: fc.Arbitrary<PfPlace> = fc.record({
  addresses: fc.array(anyPfAddress, { maxLength: 3 }),
  ports: fc.array(anyPort, { maxLength: 3 }),
});

const anyLine: fc.Arbitrary<PfLine> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("rule" as const),
      action: fc.constant("block" as const),
      answer: fc.constantFrom("drop" as const, "return" as const),
      direction: fc.constantFrom("in" as const, "out" as const),
      log: fc.constant(true as const),
      quick: fc.boolean(),
      on: fc.record({ not: fc.boolean(), name: fc.constantFrom("en0", "lo0", "utun3") }),
      family: fc.constantFrom(4 as const, 6 as const),
      protocols: fc.subarray(["tcp", "udp", "icmp"]),
      from: anyPlace,
      to: anyPlace,
      options: fc.constantFrom([], ["flags", "S/SA", "keep", "state"], ["label", '"a b, c"']),
    },
    { requiredKeys: ["kind", "action", "quick", "protocols", "from", "to", "options"] },
  ),
  fc.constantFrom<PfLine>(
    { kind: "anchor", name: "com.apple/*", quick: false, rest: "all" },
    { kind: "other", text: 'scrub-anchor "com.apple/*" all fragment reassemble', filters: false },
    { kind: "other", text: "pass in on { en0 en1 } all", filters: true },
  ),
);

const PACKET = {
  protocol: "tcp",
  source: parseAddress("192.168.1.50")!,
  destination: parseAddress("192.168.1.10")!,
  port: 8000,
  interface: "en0",
} as const;

function judge(text: string, change: Partial<Parameters<typeof evaluatePf>[1]> = {}) {
  return evaluatePf(parsePf(text), { ...PACKET, ...change });
}

describe("pf's text", () => {
  test("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 4 }), (lines) => expect(parsePf(emitPf(lines))).toEqual(lines)),
    );
  });

  test("never makes the reader throw, and keeps what it does not understand", () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePf(`pass in ${text}`)));
    for (const text of [
      "pass in on $ext_if proto tcp to any port 80",
      "pass in proto tcp from any to any port { 80, 443",
      'block in label "open',
      "block return-rst in proto tcp from any to any",
      "pass in from (en0 to any",
    ]) {
      expect(parsePf(text)).toEqual([{ kind: "other", text, filters: true }]);
    }
    expect(parsePf('set skip on lo0\next_if = "en0"\n# a comment\n')).toEqual([
      { kind: "other", text: "set skip on lo0", filters: false },
      { kind: "other", text: 'ext_if = "en0"', filters: false },
    ]);
  });
});

describe("pf", () => {
  test("has the last rule that matches decide, or the first that is quick", () => {
    expect(judge("").kind).toBe("pass");
    expect(judge("pass in all\nblock drop in all\n")).toEqual({
      kind: "block",
      answer: "drop",
      by: "block drop in all",
      place: { position: 2 },
    });
    expect(judge("block drop in all\npass in proto tcp from any to any port 8000\n").kind).toBe("pass");
    expect(judge("block return in quick proto tcp from any to any port 8000\npass in all\n")).toMatchObject({
      answer: "return",
    });
    expect(judge("block in all\n")).toMatchObject({ kind: "block", answer: "as-set" });
    expect(judge("block drop out all\n").kind).toBe("pass");
  });

  test("heeds families, protocols, interfaces, addresses and ports as pfctl prints them", () => {
    const rule = (text: string) => `block drop in all\npass in quick ${text}\n`;
    const verdicts = {
      "inet proto tcp from 192.168.1.0/24 to any port = 8000 flags S/SA keep state": "pass",
      "inet6 proto tcp from any to any port = 8000": "block",
      "proto udp from any to any port = 8000": "block",
      "on en0 proto tcp from any to any port 7999 >< 8001": "pass",
      "on en1 all": "block",
      "on ! lo0 all": "pass",
      "proto tcp from ! 192.168.1.0/24 to any": "block",
      "proto tcp from any to any port 8000:8010": "pass",
      "proto tcp from any to any port 8000 <> 8010": "block",
      "proto tcp from any to any port { 22, 8000 }": "pass",
      "from <friends> to any": "unknown",
      "proto tcp from any to any port = http-alt": "unknown",
      "proto tcp from any to any user = 501": "unknown",
    } as const;
    for (const [text, kind] of Object.entries(verdicts)) expect([text, judge(rule(text)).kind]).toEqual([text, kind]);
  });

  test("does not doubt where what is not known makes no difference", () => {
    expect(judge("pass in from <friends> to any\n").kind).toBe("pass");
    expect(judge("block drop in from <enemies> to any\nblock drop in all\n").kind).toBe("block");
    expect(judge("block drop in from <enemies> to any\npass in quick all\n").kind).toBe("pass");
    expect(judge("block drop in quick from <enemies> to any\npass in quick all\n").kind).toBe("unknown");
  });

  test("goes into the anchors that are known, and doubts the others", () => {
    const main = parsePf('block drop in all\nanchor "com.apple/*" all\n');
    const rule = parsePf("pass in quick proto tcp from any to any port 8000\n");
    expect(evaluatePf(main, PACKET).kind).toBe("unknown");
    expect(evaluatePf(main, PACKET, new Map([["com.apple/portguard.a", rule]])).kind).toBe("pass");
    expect(evaluatePf(main, { ...PACKET, port: 1 }, new Map([["com.apple/portguard.a", rule]])).kind).toBe("block");
    const cycle = new Map([["a/x", parsePf('anchor "a/*" all\n')]]);
    expect(evaluatePf(parsePf('anchor "a/*" all\n'), PACKET, cycle).kind).toBe("unknown");
  });
});

test("anchors that lead to many anchors, again and again, come to an end", () => {
  const names = Array.from({ length: 12 }, (_, index) => `a${index}`);
  const lines = parsePf(names.map((name) => `anchor "/${name}" all\n`).join(""));
  expect(evaluatePf(lines, PACKET, new Map(names.map((name) => [name, lines]))).kind).toBe("unknown");
});
