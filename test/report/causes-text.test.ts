import { expect, test } from "bun:test";
import {
  renderCauses,
  renderCausesJson,
  renderExplanation,
  renderExplanationJson,
  type ShownCause,
} from "../../src/report/causes-text.ts";

const CAUSES: readonly ShownCause[] = [
  { code: "LOOPBACK_ONLY", stage: "socket", summary: "it listens on the loopback", explain: ["one", "two"] },
  { code: "STOPPED", stage: "process", summary: "it is stopped", explain: ["three"] },
  { code: "NO_LISTENER", stage: "socket", summary: "nobody listens", explain: ["four"] },
];

test("the catalogue lists the causes by the station where they are", () => {
  expect(renderCauses(CAUSES)).toBe(`socket:
  LOOPBACK_ONLY  it listens on the loopback
  NO_LISTENER    nobody listens

process:
  STOPPED        it is stopped
`);
  expect(JSON.parse(renderCausesJson(CAUSES))).toMatchObject({
    ok: true,
    causes: CAUSES.map(({ code }) => ({ code })),
  });
});

test("a cause is explained in its own words", () => {
  expect(renderExplanation(CAUSES[0]!)).toBe("LOOPBACK_ONLY (socket): it listens on the loopback\n\none\ntwo\n");
  expect(JSON.parse(renderExplanationJson(CAUSES[1]!))).toEqual({ schema: 1, ok: true, cause: { ...CAUSES[1] } });
});
