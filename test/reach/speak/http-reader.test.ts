import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { HttpTalk } from "../../../src/reach/speak/conversation.ts";
import { HeadReader } from "../../../src/reach/speak/head-reader.ts";
import { HttpReader } from "../../../src/reach/speak/http-reader.ts";
import { recognizeStart } from "../../../src/reach/speak/recognize-start.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** What answers are made of, and what they are not, some of it too large for every limit. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 404\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "\r\n",
        "\n",
        "A: b\r\n",
        " folded\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "fffffffff\r\n",
        ":",
      )
      .map(latin1),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("A: b\r\n".repeat(300), `${"y".repeat(9000)}\r\n`, "z".repeat(300_000), "1\r\ny\r\n".repeat(70_000))
      .map(latin1),
  },
);
const answer = fc
  .tuple(fc.boolean(), fc.array(piece, { maxLength: 30 }))
  .map(([begins, pieces]) => Buffer.concat([...(begins ? [latin1("HTTP/1.1 200 OK\r\n")] : []), ...pieces]));

/** The bytes cut in pieces, at these places of them (0 to 1). */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, at) => bytes.subarray(cuts[at], cut));
}
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

test("no head makes its reader throw, or look at more than 256 KiB, or keep more than its limits", () => {
  fc.assert(
    fc.property(answer, places, (bytes, cuts) => {
      const reader = new HeadReader();
      let taken = 0;
      for (const each of cutAt(bytes, cuts)) taken += reader.take(each);
      expect(taken).toBe(reader.length);
      expect(reader.length).toBeLessThanOrEqual(256 * 1024);
      expect(reader.start.length).toBeLessThanOrEqual(1024);
      const headers = reader.head?.headers ?? [];
      expect(headers.length).toBeLessThanOrEqual(200);
      for (const [name, value] of headers) expect(name.length + value.length).toBeLessThanOrEqual(2 * 8192);
    }),
  );
});

function readAll(pieces: readonly Uint8Array[]): { talk: HttpTalk; body: number } {
  const reader = new HttpReader();
  for (const each of pieces) if (reader.take(each, 1)) break;
  return { talk: reader.conclude({ why: "closed" }, 1), body: reader.body.length };
}

test("what an answer says does not depend on how it was cut on its way", () => {
  fc.assert(
    fc.property(answer, places, (bytes, cuts) => {
      const [whole, inPieces] = [readAll([bytes]), readAll(cutAt(bytes, cuts))];
      expect(inPieces.talk.kind).toBe(whole.talk.kind);
      if (whole.talk.kind === "answered") expect(inPieces).toEqual(whole);
      expect(whole.body).toBeLessThanOrEqual(64 * 1024);
    }),
  );
});

test.each([
  ["", "undecided"],
  ["H", "undecided"],
  ["HTTP", "undecided"],
  ["HTTP/", "http/1"],
  ["HTTQ", "other"],
  ["http/1.1", "other"],
  ["\u0015", "undecided"],
  ["\u0015\u0003", "tls"],
  ["\u0016\u0003\u0003", "tls"],
  ["\u0016x", "other"],
  ["\u0000", "undecided"],
  ["\u0000\u0000\u0006\u0004\u0000\u0000\u0000\u0000\u0000", "http/2"],
  ["\u0000\u0000\u0008\u0007\u0000\u0000\u0000\u0000\u0000", "http/2"],
  ["\u0000\u0000\u0006\u0004\u0000\u0000\u0000\u0000\u0001", "other"],
  ["\u0000x", "other"],
])("%j begins as %s", (start, kind) => {
  expect(recognizeStart(latin1(start))).toBe(kind as ReturnType<typeof recognizeStart>);
});
