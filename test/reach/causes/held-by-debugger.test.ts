import { describe, expect, test } from "bun:test";
import { factsOf, listenerOf, ownerOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

describe("HELD_BY_DEBUGGER", () => {
  test("is found where the owner is in a tracing stop, and names the debugger", () => {
    const owners = [ownerOf({ health: { state: "traced", tracer: 5001 } })];
    expect(onlyFinding(factsOf({ listeners: [listenerOf("0.0.0.0", { owners })] }))).toMatchObject({
      code: "HELD_BY_DEBUGGER",
      severity: "blocks",
      title:
        "uvicorn (pid 4711) is halted by a debugger (pid 5001): 127.0.0.1:8000 takes connections, and nobody answers",
    });
  });

  test("is silent where it is traced and runs on, as under strace", () => {
    const owners = [ownerOf({ health: { state: "sleeping", tracer: 5001 } })];
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { owners })] }))).toEqual([]);
  });
});
