import { expect, test } from "bun:test";
import { findNearest } from "../../src/cli/words/nearest.ts";

const WORDS = ["handoff", "host", "ready-timeout", "quiet", "for"];

test.each([
  ["hadoff", "handoff"],
  ["handof", "handoff"],
  ["hnadoff", "handoff"],
  ["ready", "ready-timeout"],
  ["readytimeout", "ready-timeout"],
  ["hots", "host"],
  ["fro", "for"],
])("`%s` was meant as `%s`", (word, meant) => {
  expect(findNearest(word, WORDS)).toBe(meant);
});

test.each(["port", "reload", "x", "", "workers"])("`%s` is near to nothing", (word) => {
  expect(findNearest(word, WORDS)).toBeUndefined();
});
