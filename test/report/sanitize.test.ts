import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { clip, sanitize, sanitizeJson } from "../../src/report/sanitize.ts";

test("controls and direction marks are shown, not sent", () => {
  expect(sanitize("a\u001b[31mb\nc\td\u009bx\u202ey\u2066z\u007f")).toBe(
    "a\\x1b[31mb\\nc\\td\\x9bx\\u202ey\\u2066z\\x7f",
  );
});

test("ordinary text of any script stays as it is", () => {
  for (const text of ["/home/bób/äpp", "服务器", "сервер", "🚀", "שרת"]) expect(sanitize(text)).toBe(text);
});

test("what is left has no control, no format character that hides text, and no broken surrogate", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(sanitize(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      expect(sanitize(text).isWellFormed()).toBe(true);
    }),
  );
  expect(sanitize("a\ud800b").isWellFormed()).toBe(true);
});

test("JSON is safe for a terminal and still says the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = sanitizeJson(JSON.stringify({ text }));
      expect(JSON.parse(json)).toEqual({ text });
      expect(json).toBe(sanitize(json));
    }),
  );
});

test("long text is clipped to the length that was asked for", () => {
  expect(clip("abcdef", 6)).toBe("abcdef");
  expect(clip("abcdefg", 6)).toBe("abcde…");
});
