import { describe, expect, test } from "bun:test";
import { codesOf } from "./judged.ts";
import { connected, factsOf, listenerOf, refused, requestOf } from "./facts.ts";

describe("nothing at all is found where the server is healthy:", () => {
  test("on every IPv4 address, asked for by its bare port", () => {
    expect(codesOf(factsOf())).toEqual([]);
  });

  test("on 127.0.0.1 only, since a bare port asks for this machine", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), refused("192.168.1.20", { as: "eth0" })];
    expect(codesOf(factsOf({ listeners: [listenerOf("127.0.0.1")], attempts }))).toEqual([]);
  });

  test("on `::` for both families", () => {
    const attempts = [connected("127.0.0.1"), connected("::1"), connected("192.168.1.20")];
    expect(codesOf(factsOf({ listeners: [listenerOf("::")], attempts }))).toEqual([]);
  });

  test("on another machine", () => {
    const attempts = [connected("192.168.1.30")];
    const request = requestOf("192.168.1.30:8000");
    expect(codesOf(factsOf({ request, isLocal: false, listeners: [], attempts }))).toEqual([]);
  });
});
