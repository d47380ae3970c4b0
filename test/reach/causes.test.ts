import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CAUSES } from "../../src/reach/causes.ts";

const FOLDER = join(import.meta.dir, "../../src/reach/causes");
const codes = CAUSES.map(({ code }) => code);

describe("the list of causes", () => {
  test("has each file of the folder, under its own name", () => {
    const files = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, ""));
    expect(codes.map((code) => code.toLowerCase().replaceAll("_", "-")).toSorted()).toEqual(files.toSorted());
  });

  test("depends on causes that there are, and on none in a circle", () => {
    const unknown = CAUSES.flatMap(({ dependsOn }) => dependsOn).filter((code) => !codes.includes(code));
    expect(unknown).toEqual([]);
    const rootsOf = (code: string): readonly string[] =>
      (CAUSES.find((cause) => cause.code === code)?.dependsOn ?? []).flatMap((root) => [root, ...rootsOf(root)]);
    expect(codes.filter((code) => rootsOf(code).includes(code))).toEqual([]);
  });

  test("sums each up in one line without a full stop, and explains it in a few", () => {
    const wrong = CAUSES.filter(({ summary, explain }) => {
      return summary.endsWith(".") || summary.length > 130 || explain.length === 0 || explain.length > 8;
    });
    expect(wrong.map(({ code, summary }) => `${code}: ${summary}`)).toEqual([]);
  });
});
