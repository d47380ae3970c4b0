import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { holdForBind, overruleAddress } from "../../src/core/overrule.ts";

/** `::` that takes IPv4 too is written `:: dual`, a socket for IPv6 only `::1 only`. */
function overrule(asked: string, ...bind: readonly string[]): string | undefined {
  const [address = "", kind] = asked.split(" ");
  const place = overruleAddress(requireAddress(address), kind === "only", bind.map(requireAddress));
  return place && place.address.text + (place.dual ? " dual" : "");
}

describe("a socket is bound where it is kept to", () => {
  test.each([
    ["0.0.0.0", ["127.0.0.1"], "127.0.0.1"],
    ["192.0.2.1", ["127.0.0.1", "::1"], "127.0.0.1"],
    ["127.0.0.1", ["0.0.0.0"], "0.0.0.0"],
    ["127.0.0.1", ["::"], "0.0.0.0"],
    ["0.0.0.0", ["::1"], undefined],
    ["::", ["127.0.0.1"], "::ffff:127.0.0.1"],
    ["::", ["127.0.0.1", "::1"], "::ffff:127.0.0.1"],
    ["::", ["::1"], "::1"],
    ["::", ["::"], ":: dual"],
    [":: only", ["::"], "::"],
    [":: only", ["127.0.0.1", "::1"], "::1"],
    [":: only", ["127.0.0.1"], undefined],
    ["::1", ["127.0.0.1", "::1"], "::1"],
    ["::1", ["127.0.0.1"], "::ffff:127.0.0.1"],
    ["::1", ["::"], "::"],
    ["::ffff:192.0.2.1", ["127.0.0.1", "::1"], "::ffff:127.0.0.1"],
    ["::ffff:192.0.2.1", ["::1"], undefined],
    ["192.0.2.1", [], "192.0.2.1"],
    ["::", [], ":: dual"],
    [":: only", [], "::"],
  ] as const)("asked for %s, kept to %j: %s", (asked, bind, place) => {
    expect(overrule(asked, ...bind)).toBe(place);
  });
});

test("all that a socket may be kept to is held", () => {
  const held = (...bind: readonly string[]) => {
    const hosts = holdForBind(bind.map(requireAddress));
    return hosts === "every" ? hosts : hosts.map(({ text }) => text);
  };
  expect(held("127.0.0.1")).toEqual(["127.0.0.1", "::ffff:127.0.0.1"]);
  expect(held("127.0.0.1", "::1")).toEqual(["127.0.0.1", "::ffff:127.0.0.1", "::1"]);
  expect(held("127.0.0.1", "::")).toBe("every");
});
