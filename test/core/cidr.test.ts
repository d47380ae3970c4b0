import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseAddress } from "../../src/core/address.ts";
import { cidrContains, cidrCovers, cidrOf, formatCidr, halvesOf, parseCidr } from "../../src/core/cidr.ts";
import { anyAddress } from "./arbitraries.ts";

const anyCidr = anyAddress.chain((address) =>
  fc.integer({ min: 0, max: address.family === 4 ? 32 : 128 }).map((prefix) => cidrOf(address, prefix)),
);

test("a network is read back as it was written", () => {
  fc.assert(fc.property(anyCidr, (cidr) => expect(parseCidr(formatCidr(cidr))).toEqual(cidr)));
});

test("a network has every address that it was made of, and its halves have each exactly one half of it", () => {
  fc.assert(
    fc.property(anyAddress, fc.nat(32), (address, prefix) => {
      const bare = { ...address, scopeId: 0 };
      const network = cidrOf(bare, prefix);
      expect(cidrContains(network, bare)).toBe(true);
      const halves = halvesOf(network);
      if (!halves) return;
      expect(halves.filter((half) => cidrContains(half, bare))).toHaveLength(1);
      expect(halves.every((half) => cidrCovers(network, half) && !cidrCovers(half, network))).toBe(true);
    }),
  );
});

test("host bits are dropped, and what is no network is not read as one", () => {
  expect(formatCidr(parseCidr("192.168.1.77/24")!)).toBe("192.168.1.0/24");
  expect(formatCidr(parseCidr("10.0.0.1")!)).toBe("10.0.0.1/32");
  for (const text of ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0/8", "fe80::1%2/64", "::/129", "a/8"]) {
    expect(parseCidr(text)).toBeUndefined();
  }
  expect(cidrContains(parseCidr("0.0.0.0/0")!, parseAddress("::1")!)).toBe(false);
});
