import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { EventReader } from "../../../src/reach/speak/event-reader.ts";

function read(...pieces: readonly string[]) {
  const reader = new EventReader();
  return pieces.flatMap((piece) => reader.take(Buffer.from(piece)));
}

test("events are told by name and data, comments and empty ones left out", () => {
  expect(
    read(": hi\nid: 1\ndata: \n\nevent: endpoint\ndata: /m?x=1\n\ndata:a\r\ndata: b\r\n\r\nevent: x\n\ndata: open"),
  ).toEqual([
    { name: "message", data: "" },
    { name: "endpoint", data: "/m?x=1" },
    { name: "message", data: "a\nb" },
  ]);
});

test("it does not matter where they were cut", () => {
  const whole = "data: é1\r\n\r\nevent: e\rdata: 2\r\rdata: 3\n\n";
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 10 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((cut, index) => whole.slice(at[index], cut));
      expect(read(...pieces)).toEqual(read(whole));
    }),
  );
});
