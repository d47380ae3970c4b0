import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Vantage } from "../../src/core/target.ts";
import { wantsOutside } from "../../src/reach/reading/wants.ts";
import { candidateOf, factsOf, requestOf } from "./causes/facts.ts";

const from = (vantage: Vantage) => wantsOutside(factsOf({ request: requestOf("8000", { from: vantage }) }));
const target = (text: string, ...addresses: string[]) =>
  wantsOutside(factsOf({ request: requestOf(text), candidates: addresses.map((each) => candidateOf(each)) }));

describe("others are to get in", () => {
  test("where somebody else would connect", () => {
    const network = (text: string): Vantage => ({ kind: "network", address: requireAddress(text), prefix: 32 });
    expect([from({ kind: "lan" }), from({ kind: "internet" }), from({ kind: "container" })]).toEqual([
      true,
      true,
      true,
    ]);
    expect(from(network("192.168.1.30"))).toBe(true);
    expect(from(network("127.0.0.1"))).toBe(false);
    expect(from({ kind: "here" })).toBe(false);
  });

  test("where the target is an address of ours that they use, or a name for one", () => {
    expect(target("192.168.1.20:8000", "192.168.1.20")).toBe(true);
    expect(target("myhost:8000", "192.168.1.20")).toBe(true);
    expect(target("localhost:8000", "::1", "127.0.0.1")).toBe(false);
    expect(target("0.0.0.0:8000", "0.0.0.0")).toBe(false);
    expect(target("myhost:8000", "127.0.1.1")).toBe(false);
  });

  test("not where the target is another machine", () => {
    const request = requestOf("8.8.8.8:53", { from: { kind: "lan" } });
    expect(wantsOutside(factsOf({ request, isLocal: false, candidates: [candidateOf("8.8.8.8")] }))).toBe(false);
  });
});
