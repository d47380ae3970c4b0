import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { isLoopback } from "../../src/core/address.ts";
import { PortguardError } from "../../src/core/error.ts";
import { parseVantage } from "../../src/core/parse-vantage.ts";
import type { Vantage } from "../../src/core/target.ts";
import { anyAddress } from "./arbitraries.ts";

test.each(["here", "lan", "internet", "container"] as const)("`%s` is a place to connect from", (kind) => {
  expect(parseVantage(kind)).toEqual({ kind });
  expect(parseVantage(kind.toUpperCase())).toEqual({ kind });
});

test("an address is a network of one, and a network has its prefix", () => {
  fc.assert(
    fc.property(anyAddress, fc.nat(128), (address, bits) => {
      const most = address.family === 4 ? 32 : 128;
      const text = address.scopeId === 0 ? address.text : `${address.text}%${address.scopeId}`;
      const prefix = Math.min(bits, most);
      // A loopback address is this machine's own.
      const alone: Vantage = isLoopback(address) ? { kind: "here" } : { kind: "network", address, prefix: most };
      expect(parseVantage(text)).toEqual(alone);
      expect(parseVantage(`${text}/${prefix}`)).toEqual({ kind: "network", address, prefix } satisfies Vantage);
    }),
  );
});

test.each([
  ["wan", "`wan` is not a place to connect from"],
  ["", "`` is not a place to connect from"],
  ["db.lan", "`db.lan` is not a place to connect from"],
  ["10.0.0.0/8/8", "is not a place to connect from"],
  ["10.0.0.0/33", "`/33` is not the length of a prefix"],
  ["10.0.0.0/", "`/` is not the length of a prefix"],
  ["10.0.0.0/08", "`/08` is not the length of a prefix"],
  ["::/129", "`/129` is not the length of a prefix"],
])("`%s` is refused: %s", (text, what) => {
  expect(() => parseVantage(text)).toThrow(
    expect.objectContaining({ code: "BAD_ADDRESS", exit: 2, what: expect.stringContaining(what) as string }),
  );
});

test("no text makes it fail in another way", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseVantage(text);
      } catch (error) {
        if (!(error instanceof PortguardError)) throw error;
      }
    }),
  );
});
