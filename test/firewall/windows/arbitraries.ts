import * as fc from "fast-check";
import { addressBytes } from "../../../src/core/address.ts";
import { cidrOf } from "../../../src/core/cidr.ts";
import type { AddressSpec, PortSpec, WindowsRule } from "../../../src/firewall/windows/model.ts";
import { anyIPv4, anyIPv6 } from "../../core/arbitraries.ts";

const anyText = fc.stringMatching(/^[A-Za-z0-9 %\\:.@,_="'-]{1,40}$/);

const anyPorts: fc.Arbitrary<PortSpec> = fc.oneof(
  fc
    .tuple(fc.nat(65_535), fc.nat(65_535))
    .map(([a, b]) => ({ kind: "ports" as const, first: Math.min(a, b), last: Math.max(a, b) })),
  fc.constantFrom(
    { kind: "keyword" as const, key: "LPort", keyword: "RPC-EPMap" },
    { kind: "keyword" as const, key: "LPort2_10", keyword: "IPHTTPSIn" },
    { kind: "keyword" as const, key: "LPort2_25", keyword: "mDNS" },
  ),
);

const anyBare = fc.oneof(anyIPv4, anyIPv6).map((address) => ({ ...address, scopeId: 0 }));

const anyAddresses: fc.Arbitrary<AddressSpec> = fc.oneof(
  anyBare.chain((address) =>
    fc
      .integer({ min: 0, max: address.family === 4 ? 32 : 128 })
      .map((prefix) => ({ kind: "network" as const, network: cidrOf(address, prefix) })),
  ),
  fc
    .oneof(fc.tuple(anyIPv4, anyIPv4), fc.tuple(anyIPv6, anyIPv6))
    .map((pair) => pair.map((address) => ({ ...address, scopeId: 0 })))
    .map((pair) => pair.toSorted((a, b) => Buffer.compare(addressBytes(a), addressBytes(b))))
    .map(([first, last]) => ({ kind: "range" as const, first: first!, last: last! })),
);

const anyKeyword: fc.Arbitrary<AddressSpec> = fc.record({
  kind: fc.constant("keyword" as const),
  family: fc.constantFrom(4 as const, 6 as const),
  keyword: fc.constantFrom("LocalSubnet", "DNS", "DefaultGateway", "IntErnet", "IntrAnet"),
});

export const anyWindowsRule: fc.Arbitrary<WindowsRule> = fc.record(
  {
    kind: fc.constant("rule" as const),
    version: fc.record({ major: fc.constant(2), minor: fc.nat(99) }),
    action: fc.constantFrom("allow" as const, "block" as const, "bypass" as const),
    active: fc.boolean(),
    direction: fc.constantFrom("in" as const, "out" as const),
    profiles: fc.subarray(["domain" as const, "private" as const, "public" as const]),
    protocol: fc.nat(255),
    localPorts: fc.array(anyPorts, { maxLength: 3 }),
    remotePorts: fc.array(
      fc.nat(65_535).map((port) => ({ kind: "ports" as const, first: port, last: port })),
      { maxLength: 2 },
    ),
    localAddresses: fc.array(anyAddresses, { maxLength: 2 }),
    remoteAddresses: fc.array(fc.oneof(anyAddresses, anyKeyword), { maxLength: 3 }),
    program: anyText,
    service: anyText,
    name: anyText,
    rest: fc.array(fc.record({ key: fc.constantFrom("Desc", "Edge", "EmbedCtxt", "LUAuth", "X9"), value: anyText }), {
      maxLength: 3,
    }),
  },
  {
    requiredKeys: [
      "kind",
      "version",
      "action",
      "active",
      "direction",
      "profiles",
      "localPorts",
      "remotePorts",
      "localAddresses",
      "remoteAddresses",
      "rest",
    ],
  },
);
