import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { FirewallAnswer } from "../../src/core/firewall-answer.ts";
import { parseTarget } from "../../src/core/parse-target.ts";
import { parseVantage } from "../../src/core/parse-vantage.ts";
import { REACH_JSON, renderReachChange, renderReachJson, type ShownFix } from "../../src/report/reach-json.ts";
import { fieldsOf } from "./fields-of.ts";
import { connectedAt, diagnosisOf, healthyOf, hostileDiagnosis, refusedAt, timeoutAt } from "./diagnosis.ts";

const RULE = {
  backend: "nftables",
  table: "inet t",
  chain: "in",
  name: "x",
  position: 1,
  handle: 2,
  text: "reject",
} as const;
const REJECTED: FirewallAnswer = {
  verdict: "reject",
  reject: "tcp-reset",
  errno: "ECONNREFUSED",
  rule: { ...RULE, owner: "ufw" },
  because: "a",
  asked: "b",
  assumed: ["c"],
  trace: [{ packet: "request", hook: "input", rule: RULE, matched: "maybe", why: "d" }],
};

const FIXED: ShownFix = {
  state: "applied",
  what: "a",
  before: "unreachable",
  code: "b",
  backend: "nft",
  steps: [{ what: "c", argv: ["d"] }],
  revert: ["e"],
};

describe("the object of --json", () => {
  test("has exactly the fields that the help lists", () => {
    const said = { kind: "said", bytes: new TextEncoder().encode("hello") } as const;
    const rich = diagnosisOf({
      target: parseTarget("http://[fe80::1%eth0]:8000/x"),
      from: parseVantage("10.0.0.0/8"),
      attempts: [connectedAt("127.0.0.1", said), refusedAt("::1"), timeoutAt("10.0.0.5", 2)],
      notMade: [{ what: "a", because: "b", hint: "c" }],
      notes: ["d"],
    });
    const judged = diagnosisOf({ firewall: [REJECTED] });
    const diagnoses = [rich, judged, diagnosisOf({ target: parseTarget("db.lan:5432") }), healthyOf()];
    const objects = [...diagnoses.map((each) => renderReachJson(each)), renderReachJson(judged, FIXED)];
    const found = new Set(objects.flatMap((text) => fieldsOf(JSON.parse(text))));
    // An empty list has no fields of its own.
    for (const name of ["notes", "notMade", "findings"]) found.delete(name);
    const listed = REACH_JSON.map(([field]) => field.replaceAll("?", ""));
    expect([...found].toSorted()).toEqual(listed.toSorted());
  });

  test("marks those that may be missing", () => {
    const poor = JSON.parse(renderReachJson(healthyOf({ attempts: [], target: parseTarget("8000") }))) as object;
    const always = REACH_JSON.map(([field]) => field).filter((field) => !/[?[]/.test(field));
    expect(fieldsOf(poor)).toEqual(expect.arrayContaining(always));
  });

  test("is as flat and plain as a script wants it", () => {
    expect(JSON.parse(renderReachJson(diagnosisOf()))).toMatchObject({
      schema: 1,
      ok: false,
      verdict: "unreachable",
      target: { text: "192.168.1.20:8000", host: { kind: "address", address: "192.168.1.20" } },
      findings: [{ code: "LOOPBACK_ONLY", remedies: [{ commands: [expect.arrayContaining(["uvicorn"])] }, {}] }],
      attempts: [
        { address: "192.168.1.20", port: 8000, outcome: "refused", error: "ECONNREFUSED (111)", afterMs: 0.1 },
      ],
      tookMs: 12.35,
    });
    const attempts = [connectedAt("fe80::1%2")];
    expect(JSON.parse(renderReachJson(healthyOf({ attempts })))).toMatchObject({
      ok: true,
      attempts: [{ address: "fe80::1%2", outcome: "connected", greeting: "silent" }],
    });
  });

  test("is one line, with the time before the rest where it follows", () => {
    const line = renderReachChange(
      diagnosisOf({ target: { ...parseTarget("8000"), text: "a\nb" }, findings: [] }),
      new Date(0),
    );
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toMatchObject({ time: "1970-01-01T00:00:00.000Z", ok: false });
    expect(Object.keys(requireKeys(line))[0]).toBe("schema");
  });

  test("keeps hostile text in its strings, and nothing that drives a terminal in its bytes", () => {
    const text = renderReachJson(hostileDiagnosis());
    // oxlint-disable-next-line no-control-regex -- controls are what must not be there
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(text)).toMatchObject({ notes: [expect.stringContaining("\u001b[2J")] });
  });

  test("has addresses in canonical text", () => {
    const from = { kind: "network", address: requireAddress("2001:db8:0::1"), prefix: 64 } as const;
    expect(JSON.parse(renderReachJson(diagnosisOf({ from })))).toMatchObject({
      from: { kind: "network", address: "2001:db8::1", prefix: 64 },
    });
  });
});

function requireKeys(line: string): object {
  return JSON.parse(line) as object;
}
