import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { isLinkLocal6, spaceOf } from "../../src/reach/reading/address-space.ts";

describe("an address is", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["::1", "loopback"],
    ["0.0.0.0", "loopback"],
    ["10.0.0.1", "local"],
    ["172.31.255.255", "local"],
    ["172.32.0.1", "public"],
    ["192.168.1.1", "local"],
    ["100.64.0.1", "local"],
    ["169.254.1.1", "local"],
    ["fe80::1%2", "local"],
    ["fd12::1", "local"],
    ["2001:db8::1", "public"],
    ["8.8.8.8", "public"],
  ] as const)("%s: %s", (text, space) => {
    expect(spaceOf(requireAddress(text))).toBe(space);
  });

  test("link-local only in fe80::/10", () => {
    expect(["fe80::1", "febf::1", "fec0::1", "169.254.1.1"].map((text) => isLinkLocal6(requireAddress(text)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
