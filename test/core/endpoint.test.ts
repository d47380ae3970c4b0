import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { requireAddress } from "../../src/core/address.ts";
import { type Endpoint, formatEndpoint, overlaps } from "../../src/core/endpoint.ts";
import { parsePortWord } from "../../src/core/parse-port-request.ts";
import { anyAddress, anyPort } from "./arbitraries.ts";

const at = (text: string, rest: Partial<Endpoint> = {}): Endpoint => ({
  protocol: "tcp",
  address: requireAddress(text),
  port: 8000,
  dual: false,
  ...rest,
});

const anyEndpoint: fc.Arbitrary<Endpoint> = fc
  .record({
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    address: anyAddress,
    port: anyPort,
    dual: fc.boolean(),
  })
  .map((endpoint) => ({ ...endpoint, dual: endpoint.dual && endpoint.address.text === "::" }));

describe("an endpoint", () => {
  test("is shown as the command line would take it", () => {
    fc.assert(
      fc.property(anyEndpoint, (endpoint) => {
        const { protocol, address, port } = endpoint;
        expect(parsePortWord(formatEndpoint(endpoint))).toEqual([
          { protocol, hosts: [address], ports: { kind: "one", port } },
        ]);
      }),
    );
  });

  test("overlaps itself, and whatever overlaps it", () => {
    fc.assert(
      fc.property(anyEndpoint, anyEndpoint, (a, b) => {
        expect(overlaps(a, a)).toBe(true);
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        const near = { ...b, port: a.port, protocol: a.protocol };
        expect(overlaps(a, near)).toBe(overlaps(near, a));
      }),
    );
  });

  test("overlaps the wildcard of its family only, unless that one is dual", () => {
    expect(overlaps(at("127.0.0.1"), at("0.0.0.0"))).toBe(true);
    expect(overlaps(at("127.0.0.1"), at("::"))).toBe(false);
    expect(overlaps(at("127.0.0.1"), at("::", { dual: true }))).toBe(true);
    expect(overlaps(at("0.0.0.0"), at("::", { dual: true }))).toBe(true);
    expect(overlaps(at("::1"), at("0.0.0.0"))).toBe(false);
  });

  test("is the IPv4 one where its address is mapped", () => {
    expect(overlaps(at("::ffff:127.0.0.1"), at("127.0.0.1"))).toBe(true);
    expect(overlaps(at("::ffff:127.0.0.1"), at("::"))).toBe(false);
  });

  test("doesn't meet another port, protocol, address or interface", () => {
    expect(overlaps(at("::1"), at("::1", { port: 8001 }))).toBe(false);
    expect(overlaps(at("::1"), at("::1", { protocol: "udp" }))).toBe(false);
    expect(overlaps(at("127.0.0.1"), at("127.0.0.2"))).toBe(false);
    expect(overlaps(at("fe80::1%2"), at("fe80::1%3"))).toBe(false);
  });
});
