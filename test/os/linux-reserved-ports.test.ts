import { expect, test } from "bun:test";
import { listsPort } from "../../src/os/linux/reserved-ports.ts";

test.each([
  ["\n", 8080, false],
  ["8080\n", 8080, true],
  ["8080,9148-9150\n", 9150, true],
  ["8080,9148-9150\n", 9151, false],
  ["8080,9148-9150\n", 9147, false],
])("the kernel's list %j has %i: %p", (list, port, has) => {
  expect(listsPort(list, port)).toBe(has);
});
