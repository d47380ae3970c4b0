import { describe, expect, test } from "bun:test";
import { isIPv4, isIPv6 } from "node:net";
import * as fc from "fast-check";
import {
  addressBytes,
  formatHostPort,
  isAny,
  isLoopback,
  parseAddress,
  requireAddress,
  sameAddress,
} from "../../src/core/address.ts";
import { PortguardError } from "../../src/core/error.ts";
import { anyAddress, anyIPv6 } from "./arbitraries.ts";

/** Text that is an address or nearly one. */
const nearly = fc.oneof(
  fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
  anyAddress.map(({ text }) => text),
  fc.tuple(anyAddress, fc.constantFrom(":", "::", ".", "0", "::1.2.3.4")).map(([{ text }, tail]) => text + tail),
  fc.array(fc.constantFrom("0", "1", "ffff", "::", ":", "1.2.3.4"), { maxLength: 10 }).map((parts) => parts.join("")),
);

describe("an address", () => {
  test("survives being formatted and parsed", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const scope = address.scopeId === 0 ? "" : `%${address.scopeId}`;
        expect(parseAddress(address.text + scope)).toEqual(address);
      }),
    );
  });

  test("is recognised exactly where node:net recognises one", () => {
    fc.assert(
      fc.property(nearly, (text) => {
        const family = parseAddress(text)?.family;
        expect({ text, v4: family === 4, v6: family === 6 }).toEqual({ text, v4: isIPv4(text), v6: isIPv6(text) });
      }),
      { numRuns: 2000 },
    );
  });

  test("has the canonical text that a URL has, but for IPv4-mapped ones", () => {
    fc.assert(
      fc.property(anyIPv6, (address) => {
        fc.pre(!address.text.startsWith("::ffff:"));
        expect(`[${address.text}]`).toBe(new URL(`http://[${address.text}]/`).hostname);
      }),
    );
  });

  test("has one text for every way to write it", () => {
    for (const text of ["0:0:0:0:0:0:0:1", "::0001", "[::1]", "0::0.0.0.1"])
      expect(parseAddress(text)?.text).toBe("::1");
    expect(parseAddress("::FFFF:127.0.0.1")?.text).toBe("::ffff:127.0.0.1");
    expect(parseAddress("::ffff:7f00:1")?.text).toBe("::ffff:127.0.0.1");
    expect(parseAddress("2001:DB8::")?.text).toBe("2001:db8::");
  });

  test("may have its IPv4 part only at the very end", () => {
    expect(parseAddress("1.2.3.4::")).toBeUndefined();
    expect(parseAddress("1:1.2.3.4::2")).toBeUndefined();
    expect(parseAddress("64:ff9b::1.2.3.4")?.text).toBe("64:ff9b::102:304");
  });

  test("keeps the number of its interface, and takes no interface name", () => {
    expect(parseAddress("fe80::1%2")).toEqual({ family: 6, text: "fe80::1", scopeId: 2 });
    for (const text of ["fe80::1%eth0", "fe80::1%", "fe80::1%2%3", "127.0.0.1%1"])
      expect(parseAddress(text)).toBeUndefined();
  });

  test("gives its bytes in network order", () => {
    expect([...addressBytes(requireAddress("127.0.0.1"))]).toEqual([127, 0, 0, 1]);
    expect([...addressBytes(requireAddress("1::2:300"))]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0]);
  });

  test("is shown with a port so that a URL could hold it", () => {
    fc.assert(
      fc.property(anyAddress, fc.integer({ min: 1, max: 65_535 }), (address, port) => {
        fc.pre(address.scopeId === 0 && port !== 80);
        expect(new URL(`http://${formatHostPort(address, port)}/`).port).toBe(String(port));
      }),
    );
    expect(formatHostPort(requireAddress("fe80::1%2"), 80)).toBe("[fe80::1%2]:80");
  });

  test("knows the wildcards and the loopbacks", () => {
    const texts = ["0.0.0.0", "::", "127.0.0.1", "127.9.9.9", "::1", "10.0.0.1", "fe80::1"];
    expect(texts.filter((text) => isAny(requireAddress(text)))).toEqual(["0.0.0.0", "::"]);
    expect(texts.filter((text) => isLoopback(requireAddress(text)))).toEqual(["127.0.0.1", "127.9.9.9", "::1"]);
  });

  test("differs by its interface", () => {
    expect(sameAddress(requireAddress("fe80::1%2"), requireAddress("fe80::1%3"))).toBe(false);
    expect(sameAddress(requireAddress("fe80::1%2"), requireAddress("FE80:0::1%2"))).toBe(true);
  });

  test("that is none is refused with a hint", () => {
    expect(() => requireAddress("example.org")).toThrow(PortguardError);
  });
});
