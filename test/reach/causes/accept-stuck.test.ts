import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import type { Facts, QueueWatch } from "../../../src/reach/facts.ts";
import { connected, factsOf, listenerOf, ownerOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const listener = listenerOf("0.0.0.0", { owners: [ownerOf({ health: { state: "running" } })] });
const watched = (watch: QueueWatch): Partial<Facts> => ({
  listeners: [listener],
  more: { queues: seen(new Map([[listener.row.id, watch]])) },
});

describe("ACCEPT_STUCK", () => {
  test("is found where nobody takes our connections out of the queue for a second", () => {
    const finding = onlyFinding(factsOf(watched({ waiting: 2, forMs: 1003, accepted: false })));
    expect(finding).toMatchObject({
      code: "ACCEPT_STUCK",
      severity: "blocks",
      title: "uvicorn (pid 4711) does not accept: 127.0.0.1:8000 takes connections, and nobody answers",
    });
    expect(finding.evidence.map(({ what }) => what)).toEqual([
      "2 connections wait on 0.0.0.0:8000 to be accepted, of 2048 that may",
      "none of them was accepted within 1003 ms",
      "process 4711 is computing",
      "uvicorn (pid 4711) listens on 0.0.0.0:8000",
    ]);
    expect(finding.remedies[0]?.commands).toEqual([["py-spy", "dump", "--pid", "4711"]]);
  });

  test("asks for a look as root where its process can't be seen", () => {
    const unseenOwner = listenerOf("0.0.0.0", { owners: [] });
    const queues = seen(new Map([[unseenOwner.row.id, { waiting: 1, forMs: 1000, accepted: false }]]));
    const finding = onlyFinding(factsOf({ listeners: [unseenOwner], more: { queues } }));
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "portguard", "reach", "8000"]]);
  });

  test("is silent where somebody accepted meanwhile, though some wait", () => {
    expect(codesOf(factsOf(watched({ waiting: 4, forMs: 20, accepted: true })))).toEqual([]);
  });

  test("is silent where the server spoke to us", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "said", bytes: Buffer.from("hello") } })];
    expect(codesOf(factsOf({ ...watched({ waiting: 1, forMs: 1000, accepted: false }), attempts }))).toEqual([]);
  });

  test("is silent where the system does not tell its queues", () => {
    const more = { queues: unseen("this system does not tell how many connections wait to be accepted") };
    expect(codesOf(factsOf({ more }))).toEqual([]);
  });
});
