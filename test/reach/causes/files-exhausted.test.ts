import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { connected, factsOf, listenerOf, ownerOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const full = (open = 1024) => ownerOf({ health: { files: { open, limit: 1024 } } });
const left = (owners = [full()]): Partial<Facts> => {
  const listener = listenerOf("0.0.0.0", { owners });
  const watch = { waiting: 2, forMs: 1000, accepted: false };
  return { listeners: [listener], more: { queues: seen(new Map([[listener.row.id, watch]])) } };
};

describe("FILES_EXHAUSTED", () => {
  test("is found where the limit is reached and connections are left waiting, and is the root of that", () => {
    expect(onlyFinding(factsOf(left()))).toMatchObject({
      code: "FILES_EXHAUSTED",
      severity: "blocks",
      title: "uvicorn (pid 4711) has 1024 of 1024 files open and can't accept 127.0.0.1:8000",
      remedies: [{ commands: [["sudo", "prlimit", "--pid", "4711", "--nofile=65536:65536"]] }],
    });
  });

  test("is found where the server closes what it can't take, as libuv does", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "closed" } })];
    expect(codesOf(factsOf({ attempts, listeners: [listenerOf("0.0.0.0", { owners: [full()] })] }))).toEqual([
      "FILES_EXHAUSTED",
    ]);
  });

  test("is silent where one more file would fit", () => {
    expect(codesOf(factsOf(left([full(1023)])))).toEqual(["ACCEPT_STUCK"]);
  });

  test("is silent where the connection was accepted all the same, by another worker", () => {
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { owners: [full(), ownerOf()] })] }))).toEqual([]);
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { owners: [full()] })] }))).toEqual([]);
  });
});
