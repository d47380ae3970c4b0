import { expect, test } from "bun:test";
import { renderPlan, renderPlanJson } from "../../src/report/plan-text.ts";

const plan = {
  steps: [
    { do: "hold", what: "8000 on every address" },
    { do: "handover", what: "by takeover" },
  ],
};

test("a plan is one line a step, its verbs in a column", () => {
  expect(renderPlan(plan)).toBe("hold      8000 on every address\nhandover  by takeover\n");
  expect(renderPlan({ steps: [] })).toBe("");
});

test("a plan is one object for scripts", () => {
  expect(JSON.parse(renderPlanJson(plan))).toEqual({ schema: 1, ok: true, plan });
});
