import * as fc from "fast-check";
import { type Address, LOOPBACK4, LOOPBACK6, addressFromBytes } from "../../src/core/address.ts";
import type { PortChoice, PortRequest } from "../../src/core/port-request.ts";

/** Bytes with runs of zeros, which is where IPv6 text gets interesting. */
const byte = fc.oneof(fc.constant(0), fc.constant(255), fc.nat(255));

export const anyIPv4: fc.Arbitrary<Address> = fc
  .array(byte, { minLength: 4, maxLength: 4 })
  .map((bytes) => addressFromBytes(Uint8Array.from(bytes)));

export const anyIPv6: fc.Arbitrary<Address> = fc
  .tuple(fc.array(byte, { minLength: 16, maxLength: 16 }), fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 999 })))
  .map(([bytes, scope]) => addressFromBytes(Uint8Array.from(bytes), scope));

export const anyAddress: fc.Arbitrary<Address> = fc.oneof(anyIPv4, anyIPv6);

export const anyPort: fc.Arbitrary<number> = fc.integer({ min: 1, max: 65_535 });

const anyChoice: fc.Arbitrary<PortChoice> = fc.oneof(
  anyPort.map((port) => ({ kind: "one" as const, port })),
  fc.constant({ kind: "any" as const }),
  fc
    .uniqueArray(anyPort, { minLength: 2, maxLength: 2 })
    .map((ends) => ({ kind: "range" as const, from: Math.min(...ends), to: Math.max(...ends) })),
);

/** Any request that one item of a word can say. */
export const anyRequest: fc.Arbitrary<PortRequest> = fc.record(
  {
    name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/),
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    hosts: fc.oneof(
      fc.constant("every" as const),
      fc.constant([LOOPBACK4, LOOPBACK6]),
      anyAddress.map((address) => [address]),
    ),
    ports: anyChoice,
  },
  { requiredKeys: ["protocol", "hosts", "ports"] },
);
