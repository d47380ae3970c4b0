import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseAddress } from "../../src/core/address.ts";
import { renderJson } from "../../src/report/json.ts";
import { anyAddress } from "../core/arbitraries.ts";

test("an address becomes the text that can be read again", () => {
  fc.assert(
    fc.property(anyAddress, (address) => {
      const { at } = JSON.parse(renderJson({ at: address })) as { at: string };
      expect(parseAddress(at)).toEqual(address);
      expect(at).not.toContain("[");
    }),
  );
});

test("every object says its schema first", () => {
  expect(renderJson({ ok: true })).toBe('{"schema":1,"ok":true}');
});
