import { describe, expect, test } from "bun:test";
import { parseCidr } from "../../src/core/cidr.ts";
import type { RuleEntry } from "../../src/core/rule-journal.ts";
import type { RuleRequest } from "../../src/core/rule-request.ts";
import { HANDLE, KEPT, type Step } from "../../src/core/step.ts";
import { renderOfferJson } from "../../src/report/rule-json.ts";
import {
  type ShownOffer,
  type Typed,
  describeRequest,
  renderOffer,
  renderRuleList,
  typeCommand,
  undoSteps,
} from "../../src/report/rule-text.ts";
import { renderSpans } from "../../src/report/spans.ts";
import { chooseStyle } from "../../src/report/style.ts";

const STYLE = chooseStyle("never", false, { LC_ALL: "C.UTF-8" });
const REQUEST: RuleRequest = {
  id: "abcd2345",
  action: "open",
  protocol: "tcp",
  ports: { first: 8000, last: 8000 },
  from: { kind: "lan" },
};
const REMOVE: Step = { what: "take it out", argv: ["tool", "-D", "8000"], risk: "none", undo: [] };
const ADD: Step = { what: "let it in", argv: ["tool", "-I", "8000"], risk: "exposes", undo: [REMOVE] };
const SUDO: Typed = { system: "linux", sudo: true };

const OFFER: ShownOffer = {
  request: REQUEST,
  rule: {
    backend: "iptables",
    apply: [ADD],
    verify: [{ what: "show", argv: ["tool", "-L"], risk: "none", undo: [] }],
    persist: [],
    revert: [REMOVE],
    notes: ["nothing keeps it over a restart"],
  },
  now: "it is blocked, by rule 3",
  owner: "iptables has rules for INPUT",
};

function linesOf(offer: ShownOffer, typed = SUDO): string[] {
  return renderOffer(offer, typed).map((line) => renderSpans(line, STYLE));
}

describe("an offer", () => {
  test("says what is, who would mend it, and each command as one types it", () => {
    expect(linesOf(OFFER)).toEqual([
      "it is blocked, by rule 3",
      "iptables can let tcp 8000 in from the LAN (iptables has rules for INPUT)",
      "  apply",
      "    sudo tool -I 8000",
      "  verify",
      "    sudo tool -L",
      "  revert",
      "    sudo tool -D 8000",
      "note: nothing keeps it over a restart",
      "note: it exposes the server: other machines get in",
    ]);
  });

  test("says what makes it doubtful", () => {
    const lack = { kind: "unknown", because: "rule 2 is not understood" } as const;
    expect(linesOf({ ...OFFER, lack })).toContain("whether it helps is not certain: rule 2 is not understood");
    expect(JSON.parse(renderOfferJson("offered", { ...OFFER, lack }))).toMatchObject({ ok: true, doubt: lack.because });
  });

  test("says of one step of several that it does not help alone, and what the next one is", () => {
    const lack = { kind: "half", because: "it would still be blocked", instead: ["raw wants one, too"] } as const;
    const lines = linesOf({ ...OFFER, lack });
    const at = lines.indexOf("alone it does not help: it would still be blocked");
    expect(lines[at + 1]).toBe("  raw wants one, too");
    const { kind: _, ...half } = lack;
    expect(JSON.parse(renderOfferJson("offered", { ...OFFER, lack }))).toMatchObject({ ok: false, half });
    expect(JSON.parse(renderOfferJson("applied", { ...OFFER, lack }))).toMatchObject({ ok: true, half });
  });

  test("says how to find what its commands leave open", () => {
    const each = { family: "inet", table: "t", chain: "c", comment: "portguard:abcd2345" } as const;
    const byHandle: Step = { ...REMOVE, argv: ["nft", "delete", "rule", "inet", "t", "c", "handle", HANDLE], each };
    const byToken: Step = { ...REMOVE, argv: ["pfctl", "-X", KEPT] };
    const lines = linesOf({ ...OFFER, rule: { ...OFFER.rule, revert: [byHandle, byToken] } });
    expect(lines).toContain('      (HANDLE: what `nft -a list chain inet t c` shows behind "portguard:abcd2345")');
    expect(lines).toContain("      (KEPT: what the command before printed)");
  });

  test("has no control character of a name in it", () => {
    const hostile = { ...REQUEST, program: "/x/\u001b[2J" };
    expect(linesOf({ ...OFFER, request: hostile }).join("\n")).not.toContain("\u001b");
  });

  test("as JSON has each step's argv, without what is only for us", () => {
    expect(JSON.parse(renderOfferJson("offered", OFFER))).toMatchObject({
      schema: 1,
      ok: true,
      state: "offered",
      backend: "iptables",
      rule: { id: "abcd2345", ports: { first: 8000, last: 8000 } },
      apply: [{ what: "let it in", argv: ["tool", "-I", "8000"], risk: "exposes" }],
      revert: [{ argv: ["tool", "-D", "8000"] }],
    });
    expect(renderOfferJson("offered", OFFER)).not.toContain("undo");
  });
});

describe("a command", () => {
  test("that reads something gets it through a pipe, and runs in a shell as it would be run without one", async () => {
    const input = 'a "quoted" line\nit\'s $HOME\n';
    const line = typeCommand({ argv: ["cat"], input }, { system: "linux", sudo: false });
    expect(await Bun.spawn(["bash", "-c", line]).stdout.text()).toBe(input);
    expect(typeCommand({ argv: ["tee", "/x"], input: "y" }, SUDO)).toBe("printf %s y | sudo tee /x");
  });
});

describe("a request", () => {
  test.each<[Partial<RuleRequest>, string]>([
    [{}, "let tcp 8000 in from the LAN"],
    [{ from: { kind: "anywhere" }, forMs: 1_800_000 }, "let tcp 8000 in from everywhere, for 30m"],
    [
      { from: { kind: "network", ...parseCidr("10.0.0.0/8")! }, interface: "eth0" },
      "let tcp 8000 in from 10.0.0.0/8 on eth0",
    ],
    [{ action: "close", protocol: "udp", ports: { first: 1, last: 9 } }, "keep udp 1-9 out from the LAN"],
    [{ program: "/bin/x", profile: "private" }, "let tcp 8000 in from the LAN for /bin/x on private networks"],
  ])("%j is told in words", (some, text) => {
    expect(describeRequest({ ...REQUEST, ...some })).toBe(text);
  });
});

const ENTRY: RuleEntry = {
  version: 1,
  id: "abcd2345",
  backend: "iptables",
  request: REQUEST,
  createdAt: "2026-03-01T12:00:05.123Z",
  until: "2026-03-01T12:30:05.123Z",
  state: "applied",
  steps: [
    { part: "apply", step: { ...ADD, undo: [{ ...REMOVE, what: "first" }] }, state: "done" },
    { part: "apply", step: { ...ADD, undo: [{ ...REMOVE, what: "second" }] }, state: "doing" },
    { part: "apply", step: { ...ADD, undo: [{ ...REMOVE, what: "not ours" }] }, state: "present" },
    { part: "persist", step: { ...ADD, undo: [{ ...REMOVE, what: "kept" }] }, state: "done" },
  ],
};

test("the list has a line for each rule, in columns", () => {
  const lines = renderRuleList([{ entry: ENTRY, standing: "in place" }]).map((line) => renderSpans(line, STYLE));
  expect(lines).toEqual([
    "id        what                          by        since                 until                 state",
    "abcd2345  let tcp 8000 in from the LAN  iptables  2026-03-01 12:00:05Z  2026-03-01 12:30:05Z  in place",
  ]);
});

test("what takes a rule back is the undoing of what was done, the last first, and never of what was there before", () => {
  expect(undoSteps(ENTRY).map(({ what }) => what)).toEqual(["second", "first", "kept"]);
});
