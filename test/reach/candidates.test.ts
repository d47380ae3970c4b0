import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { NameAnswer, NetworkInterface } from "../../src/core/network.ts";
import type { ReachRequest, TargetHost } from "../../src/core/target.ts";
import { findCandidates, isOwnAddress } from "../../src/reach/gather/candidates.ts";

function interfaceOf(index: number, name: string, ...addresses: string[]): NetworkInterface {
  return {
    index,
    name,
    up: true,
    loopback: name === "lo",
    wireless: false,
    addresses: addresses.map((text) => ({ address: requireAddress(text), prefix: 24 })),
  };
}

const INTERFACES = [
  interfaceOf(1, "lo", "127.0.0.1", "::1"),
  interfaceOf(2, "eth0", "192.168.1.20", "fd00::20", "fe80::20%2"),
];

function requestFor(host: TargetHost, family?: 4 | 6): ReachRequest {
  return {
    target: { text: "", protocol: "tcp", port: 8000, host },
    from: { kind: "here" },
    timeoutMs: 1000,
    ...(family && { family }),
  };
}

function shown(host: TargetHost, options: { family?: 4 | 6; name?: NameAnswer; interfaces?: NetworkInterface[] } = {}) {
  const { family, name, interfaces = INTERFACES } = options;
  return findCandidates(requestFor(host, family), name, interfaces).map(({ address, as }) => {
    return `${address.text}${address.scopeId ? `%${address.scopeId}` : ""} as ${as}`;
  });
}

describe("the addresses that are tried", () => {
  test("for a bare port are the loopbacks, then what others would use", () => {
    expect(shown({ kind: "this-machine" })).toEqual([
      "127.0.0.1 as 127.0.0.1",
      "::1 as ::1",
      "192.168.1.20 as eth0",
      "fd00::20 as eth0",
    ]);
  });

  test("for a bare port on a machine without IPv6 have no ::1", () => {
    const interfaces = [interfaceOf(1, "lo", "127.0.0.1")];
    expect(shown({ kind: "this-machine" }, { interfaces })).toEqual(["127.0.0.1 as 127.0.0.1"]);
  });

  test("are few on a machine with many bridges", () => {
    const interfaces = Array.from({ length: 50 }, (_, n) => interfaceOf(n + 2, `br${n}`, `10.0.${n}.1`));
    expect(shown({ kind: "this-machine" }, { interfaces })).toHaveLength(9);
  });

  test("for a name are what it resolves to, in that order", () => {
    const addresses = ["::1", "127.0.0.1"].map(requireAddress);
    const name: NameAnswer = { kind: "addresses", name: "localhost", addresses, hostsLines: [] };
    expect(shown({ kind: "name", name: "localhost" }, { name })).toEqual([
      "::1 as localhost",
      "127.0.0.1 as localhost",
    ]);
    expect(shown({ kind: "name", name: "localhost" }, { name, family: 4 })).toEqual(["127.0.0.1 as localhost"]);
  });

  test("for a link-local address have the number of the interface that was named", () => {
    const address = requireAddress("fe80::99");
    expect(shown({ kind: "address", address, zone: "eth0" })).toEqual(["fe80::99%2 as fe80::99"]);
    expect(shown({ kind: "address", address, zone: "2" })).toEqual(["fe80::99%2 as fe80::99"]);
    expect(shown({ kind: "address", address, zone: "eth9" })).toEqual(["fe80::99 as fe80::99"]);
  });
});

test("an address is our own when it is a loopback, a wildcard or on one of our interfaces", () => {
  const own = ["127.8.8.8", "::1", "0.0.0.0", "::", "192.168.1.20", "fe80::20"];
  expect(own.filter((text) => !isOwnAddress(requireAddress(text), INTERFACES))).toEqual([]);
  expect(isOwnAddress(requireAddress("192.168.1.21"), INTERFACES)).toBe(false);
});
