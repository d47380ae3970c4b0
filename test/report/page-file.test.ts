import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPageFile } from "../../src/report/page-file.ts";
import { PAGE_START } from "../../src/report/reach-html.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-page-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, page: string): { readonly path: string; readonly replaces: boolean } {
  const path = join(folder, name);
  using file = openPageFile(path);
  file.write(page);
  return { path, replaces: file.replaces };
}

test("a page is written for its owner alone", () => {
  const { path, replaces } = put("new.html", "x");
  expect(replaces).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("x");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("an earlier page is replaced as a whole, and a file that is empty may be used", () => {
  put("again.html", `${PAGE_START} and much more of it`);
  const { path, replaces } = put("again.html", PAGE_START);
  expect([replaces, readFileSync(path, "utf8")]).toEqual([true, PAGE_START]);
  writeFileSync(join(folder, "empty"), "");
  expect(put("empty", "x").replaces).toBe(false);
});

test("somebody's work is left alone", () => {
  const path = join(folder, "server.py");
  writeFileSync(path, "print('mine')");
  expect(() => openPageFile(path)).toThrow(expect.objectContaining({ code: "PAGE_FAILED", exit: 2 }));
  expect(readFileSync(path, "utf8")).toBe("print('mine')");
});

test.each([
  ["/nowhere/at/all.html", "`/nowhere/at/all.html` can't be written: no such file or directory"],
  [folder, `\`${folder}\` can't be written: illegal operation on a directory`],
  ["/dev/null", "`/dev/null` is no file"],
])("%s is refused", (path, what) => {
  expect(() => openPageFile(path)).toThrow(expect.objectContaining({ code: "PAGE_FAILED", what }));
});
