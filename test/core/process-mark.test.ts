import { expect, test } from "bun:test";
import { identify, isSameProcess, markOf } from "../../src/core/process-mark.ts";

test("a process is known again by its number and its start, whatever became of the clock", () => {
  const mark = markOf({ pid: 1, born: "a" });
  expect(isSameProcess(mark, { pid: 1, born: "a" })).toBeTrue();
  expect(isSameProcess(mark, { pid: 1, born: "b" })).toBeFalse();
  expect(isSameProcess(mark, { pid: 2, born: "a" })).toBeFalse();
  expect(isSameProcess(mark, { pid: 1 })).toBeFalse();
  expect(isSameProcess(mark, undefined)).toBeFalse();
});

test("one whose start is withheld can't be told from every other one", () => {
  expect(identify({ pid: 1 })).toBeUndefined();
  expect(identify({ pid: 1, born: "a" })).toEqual({ pid: 1, born: "a" });
});
