import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { formatCommand } from "../../src/report/shell-words.ts";
import { sanitize } from "../../src/report/sanitize.ts";

/** What bash makes of a line. */
function readByBash(line: string): readonly string[] {
  const script = `set -- ${line}\nprintf '%s\\0' "$@"`;
  const { stdout } = Bun.spawnSync(["bash", "-c", script], { env: { LC_ALL: "C.UTF-8", PATH: "/usr/bin:/bin" } });
  return stdout.toString().split("\0").slice(0, -1);
}

describe("a command", () => {
  test.each([
    [["uvicorn", "app:app", "--host", "0.0.0.0"], "uvicorn app:app --host 0.0.0.0"],
    [["echo", "a b", "it's", "", "$HOME"], `echo 'a b' 'it'\\''s' '' '$HOME'`],
    [["HOST=0.0.0.0", "npm", "A=b"], "'HOST=0.0.0.0' npm A=b"],
    [["echo", "\u001b[2J", "\n", "\u0085\u202e'\\"], String.raw`echo $'\x1b[2J' $'\n' $'\u0085\u202e\'\\'`],
  ])("%j stands in a POSIX shell as `%s`", (argv, line) => {
    expect(formatCommand(argv, "linux")).toBe(line);
    expect(formatCommand(argv, "macos")).toBe(line);
  });

  test.each([
    [["netsh", "advfirewall", "add", "localport=8000"], "netsh advfirewall add localport=8000"],
    [["uvicorn", "a b"], 'uvicorn "a b"'],
    [["dir", "C:\\My Dir\\"], 'dir "C:\\My Dir\\\\"'],
    [["C:\\Program Files\\a.exe", "x"], '& "C:\\Program Files\\a.exe" x'],
    [["echo", "$env:X 'y'", "100%", "", "a,b"], `echo '$env:X ''y''' '100%' "" "a,b"`],
  ])("%j stands on Windows as `%s`", (argv, line) => {
    expect(formatCommand(argv, "windows")).toBe(line);
  });

  test("is read by a shell as the very words that it was made of, and is safe to show", () => {
    const word = fc
      .oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("~", "-n", "!x", "*", "=a", "#", "\\"),
      )
      .map((text) => text.replaceAll("\0", "").toWellFormed());
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (argv) => {
        const line = formatCommand(argv, "linux");
        expect(sanitize(line)).toBe(line);
        expect(readByBash(line)).toEqual(argv);
      }),
      { numRuns: 40 },
    );
  });
});
