import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeReply, encodeQuestion, type Question, RECORD } from "../../src/os/dns/message.ts";

const QUESTION: Question = { id: 0x1234, name: "db.lan", type: RECORD.A };
const ASKED = [2, 100, 98, 3, 108, 97, 110, 0, 0, 1, 0, 1];
/** A pointer to the name of the question. */
const NAME = [0xc0, 12];

function reply(
  records: readonly (readonly number[])[],
  { flags = 0x8180, asked = ASKED, count = records.length } = {},
) {
  const words = [QUESTION.id, flags, asked.length > 0 ? 1 : 0, count, 0, 0];
  return Uint8Array.from([...words.flatMap((word) => [word >> 8, word & 0xff]), ...asked, ...records.flat()]);
}

/** One record of the answer: type A unless said, class IN, a minute to live. */
function record(data: readonly number[], { name = NAME, type = 1, length = data.length } = {}): number[] {
  return [...name, 0, type, 0, 1, 0, 0, 0, 60, 0, length, ...data];
}

const addressesIn = (bytes: Uint8Array) => decodeReply(bytes, QUESTION)?.addresses.map(({ text }) => text);

describe("a question", () => {
  test("is one packet in the words of RFC 1035", () => {
    const packet = encodeQuestion(QUESTION);
    expect([...packet!]).toEqual([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...ASKED]);
    expect(encodeQuestion({ ...QUESTION, name: "db.lan." })).toEqual(packet);
  });

  test.each(["", ".", "a..b", `${"x".repeat(64)}.lan`, "x.".repeat(128), "bücher.lan", "a b"])(
    "is none for %j",
    (name) => {
      expect(encodeQuestion({ ...QUESTION, name })).toBeUndefined();
    },
  );
});

describe("a reply", () => {
  test("gives the addresses of the family that was asked for, past other records", () => {
    const alias = record([1, 120, 0xc0, 12], { type: 5 });
    expect(addressesIn(reply([alias, record([10, 0, 0, 7]), record([10, 0, 0, 8])]))).toEqual(["10.0.0.7", "10.0.0.8"]);
    expect(addressesIn(reply([record(Array(16).fill(0), { type: 28 })]))).toEqual([]);
    const six = decodeReply(reply([record([0xfd, ...Array<number>(14).fill(0), 7], { type: 28 })], { asked: [] }), {
      ...QUESTION,
      type: RECORD.AAAA,
    });
    expect(six?.addresses.map(({ text }) => text)).toEqual(["fd00::7"]);
  });

  test("has a code, whether the question is repeated or not", () => {
    expect(decodeReply(reply([], { flags: 0x8183 }), QUESTION)).toEqual({
      code: "NXDOMAIN",
      addresses: [],
      cut: false,
    });
    expect(decodeReply(reply([], { flags: 0x8185, asked: [] }), QUESTION)?.code).toBe("REFUSED");
    expect(decodeReply(reply([], { flags: 0x818b }), QUESTION)?.code).toBe("RCODE 11");
  });

  test("to somebody else's question is none", () => {
    const other = ASKED.with(1, 120);
    expect(decodeReply(reply([record([10, 0, 0, 7])], { asked: other }), QUESTION)).toBeUndefined();
    expect(decodeReply(reply([record([10, 0, 0, 7])]), { ...QUESTION, id: 1 })).toBeUndefined();
    expect(decodeReply(reply([record([10, 0, 0, 7])], { flags: 0x0180 }), QUESTION)).toBeUndefined();
    const upper = ASKED.with(1, 68);
    expect(addressesIn(reply([record([10, 0, 0, 7])], { asked: upper }))).toEqual(["10.0.0.7"]);
  });

  test("whose names lead in a circle, or nowhere, is read to its end", () => {
    const circle = [0xc0, 24];
    expect(addressesIn(reply([record([10, 0, 0, 7], { name: circle }), record([10, 0, 0, 8])]))).toEqual([
      "10.0.0.7",
      "10.0.0.8",
    ]);
    expect(addressesIn(reply([[63, 1, 2]]))).toEqual([]);
    expect(addressesIn(reply([[0x80, 1, 2]]))).toEqual([]);
  });

  test("that is cut off, or claims more than it has, gives what is whole", () => {
    const whole = reply([record([10, 0, 0, 7]), record([10, 0, 0, 8])]);
    expect(addressesIn(whole.subarray(0, -1))).toEqual(["10.0.0.7"]);
    expect(addressesIn(reply([record([10, 0, 0, 7])], { count: 65_535 }))).toEqual(["10.0.0.7"]);
    expect(addressesIn(reply([record([10, 0, 0, 7], { length: 200 })]))).toEqual([]);
    expect(addressesIn(reply([record([10, 0, 0])]))).toEqual([]);
    expect(decodeReply(reply([], { flags: 0x8380 }), QUESTION)?.cut).toBe(true);
  });

  test("of any bytes at all breaks nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, asAnswer) => {
        const bytes = asAnswer ? Uint8Array.from([...reply([], { count: 9 }), ...noise]) : noise;
        const decoded = decodeReply(bytes, QUESTION);
        expect(decoded?.addresses.length ?? 0).toBeLessThanOrEqual(9);
      }),
    );
  });
});
