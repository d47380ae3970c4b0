import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { showCommand } from "../../src/core/show-command.ts";

function readBack(words: readonly string[]): string[] {
  const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${showCommand(words)}`], { encoding: "utf8" });
  return stdout.split("\0").slice(0, -1);
}

test("a plain command is shown as it is", () => {
  expect(showCommand(["npm", "run", "dev", "--", "--port", "{port}", "--api={port:api}"])).toBe(
    "npm run dev -- --port {port} --api={port:api}",
  );
});

test("a shell reads a shown command as the very words", () => {
  const word = fc
    .string({ unit: fc.constantFrom(...Array.from("ab'\"\\ $`*?{},;&|<>()#!~=\n-")) })
    .filter((text) => text !== "");
  const each = ["~", "~root/x", "=ls", "a=~"];
  expect(readBack(each)).toEqual(each);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      expect(readBack(words)).toEqual(words);
    }),
  );
});
