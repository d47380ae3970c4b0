import { describe, expect, test } from "bun:test";
import { unseen } from "../../../src/core/seen.ts";
import { connected, factsOf, listenerOf, ownerOf, refused, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const stopped = ownerOf({ health: { state: "stopped" } });
const waiting = { waiting: 3, limit: 2048 };

describe("PROCESS_STOPPED", () => {
  test("is found where the owner is stopped and connections wait", () => {
    const listeners = [listenerOf("0.0.0.0", { owners: [stopped], queue: waiting })];
    const finding = onlyFinding(factsOf({ listeners }));
    expect(finding).toMatchObject({
      code: "PROCESS_STOPPED",
      severity: "blocks",
      title: "uvicorn (pid 4711) is stopped: 127.0.0.1:8000 takes connections, and nobody answers",
      remedies: [{ commands: [["kill", "-CONT", "4711"]], risk: "none", undo: "`kill -STOP 4711`" }],
    });
    expect(finding.evidence.map(({ what }) => what)).toContain(
      "3 connections wait on 0.0.0.0:8000 to be accepted, of 2048 that may",
    );
  });

  test("is the root where its queue is full by now", () => {
    const listeners = [listenerOf("0.0.0.0", { owners: [stopped], queue: { waiting: 6, limit: 5 } })];
    const attempts = [timedOut("127.0.0.1"), refused("::1"), timedOut("192.168.1.20")];
    const finding = onlyFinding(factsOf({ attempts, listeners }));
    expect(finding.title).toBe("uvicorn (pid 4711) is stopped: 127.0.0.1:8000 takes no more connections");
  });

  test("is silent where another worker runs", () => {
    const worker = ownerOf({ process: { pid: 4712, ppid: 4711 } });
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { owners: [stopped, worker] })] }))).toEqual([]);
  });

  test("is silent where something was said: somebody is at work", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "said", bytes: Buffer.from("220 hello\r\n") } })];
    expect(codesOf(factsOf({ attempts, listeners: [listenerOf("0.0.0.0", { owners: [stopped] })] }))).toEqual([]);
  });

  test("is silent where the owner's state can't be seen", () => {
    const owner = { ...stopped, health: unseen("it is another user's") };
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { owners: [owner] })] }))).toEqual([]);
  });
});
