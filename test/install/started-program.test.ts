import { expect, test } from "bun:test";
import { readProgram } from "../../src/install/schedule/started-program.ts";

const WORDS = "clean --stop --scheduled --quiet --match 'a b'";

test.each([
  ["ExecStart=/usr/bin/portguard", "/usr/bin/portguard"],
  ['ExecStart="/opt/my tools/portguard"', "/opt/my tools/portguard"],
  ['ExecStart=/usr/bin/env "/opt/it\'s/portguard"', "/opt/it's/portguard"],
  ["*/5 * * * * /usr/bin/portguard", "/usr/bin/portguard"],
  ["*/5 * * * * env XDG_STATE_HOME=/s '/opt/my tools/portguard'", "/opt/my tools/portguard"],
  ["--headless C:\\tools\\portguard.exe", "C:\\tools\\portguard.exe"],
  ['--headless "C:\\my tools\\portguard.exe"', "C:\\my tools\\portguard.exe"],
])("of %s the program is read", (front, program) => {
  expect(readProgram(`${front} ${WORDS}\nNice=10\n`)).toBe(program);
});

test.each([
  'ExecStart=/usr/bin/env "/opt/a\\\\"b/portguard"',
  "ExecStart=/opt/50%%/portguard",
  "0 * * * * '/opt/it'\\''s/portguard'",
  "0 * * * * '/opt/50'\\%'/portguard'",
])("of %s it is not guessed", (front) => {
  expect(readProgram(`${front} ${WORDS}`)).toBeUndefined();
});

test("of another command line it is not read", () => {
  expect(readProgram("0 4 * * * backup --all")).toBeUndefined();
});
