import { describe, expect, test } from "bun:test";
import type { Listener } from "../../../src/reach/facts.ts";
import { connected, factsOf, listenerOf, ownerOf, refused } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { dockerProxy } from "./containers.ts";

const node = ownerOf({
  process: { pid: 5000, ppid: 4999, name: "node", command: ["node", "server.js"] },
  server: "node",
});
const both = [connected("127.0.0.1"), connected("::1"), connected("192.168.1.20")];
const two = (v6: Listener) => factsOf({ attempts: both, listeners: [listenerOf("127.0.0.1"), v6] });

describe("TWO_SERVERS", () => {
  test("warns where 127.0.0.1 and ::1 are different programs", () => {
    expect(onlyFinding(two(listenerOf("::1", { owners: [node] })))).toMatchObject({
      code: "TWO_SERVERS",
      severity: "warning",
      title: "two servers have port 8000: uvicorn (pid 4711) has 127.0.0.1:8000, node (pid 5000) has [::1]:8000",
    });
  });

  test("warns where one of them has the wildcard that the other's address is taken out of", () => {
    expect(codesOf(two(listenerOf("::", { owners: [node] })))).toEqual(["TWO_SERVERS"]);
  });

  test("blocks where one of them breaks the connection", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "closed" } }), connected("::1")];
    const listeners = [listenerOf("127.0.0.1"), listenerOf("::1", { owners: [node] })];
    expect(onlyFinding(factsOf({ attempts, listeners })).severity).toBe("blocks");
  });

  test("is silent for one server with a socket of each family", () => {
    expect(codesOf(two(listenerOf("::1")))).toEqual([]);
  });

  test("is silent for a master and its worker", () => {
    const worker = ownerOf({ process: { pid: 4712, ppid: 4711 } });
    expect(codesOf(two(listenerOf("::1", { owners: [worker] })))).toEqual([]);
  });

  test("is silent for the two docker-proxies of one published port", () => {
    const listeners = [
      listenerOf("0.0.0.0", { owners: [dockerProxy("0.0.0.0", 990)] }),
      listenerOf("::", { v6Only: true, owners: [dockerProxy("::", 996)] }),
    ];
    expect(codesOf(factsOf({ attempts: both, listeners }))).toEqual([]);
  });

  test("is silent where one owner can't be seen", () => {
    expect(codesOf(two(listenerOf("::1", { owners: [] })))).toEqual([]);
  });

  test("is silent where the other one has an address that was not asked for", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), connected("192.168.1.20")];
    const listeners = [listenerOf("127.0.0.1"), listenerOf("192.168.1.20", { owners: [node] })];
    expect(codesOf(factsOf({ attempts, listeners }))).toEqual([]);
  });
});
