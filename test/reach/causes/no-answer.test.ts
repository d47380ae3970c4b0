import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import { connected, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, talkFailed } from "./talks.ts";

const url = { scheme: "http", path: "/slow" } as const;
const asked = (http: ReturnType<typeof answered>) =>
  factsOf({
    request: requestOf("localhost:8000", { url }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ http }) },
  });

describe("NO_ANSWER", () => {
  test("is found where the request is taken and nothing comes back", () => {
    const finding = onlyFinding(asked(talkFailed("silent")));
    expect(finding).toMatchObject({
      code: "NO_ANSWER",
      severity: "blocks",
      title: "uvicorn (pid 4711) takes the connection to 127.0.0.1:8000 and does not answer GET /slow within 2000 ms",
    });
    expect(finding.evidence[0]?.what).toBe("no complete answer came back for GET /slow in 2000 ms");
    expect(finding.remedies[1]?.what).toBe("see what it is doing");
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "localhost:8000", "--timeout", "10s"]]);
  });

  test("is silent where the process is stopped, or nobody accepts: those are the roots", () => {
    const stopped = listenerOf("0.0.0.0", { owners: [ownerOf({ health: { state: "stopped" } })] });
    expect(codesOf({ ...asked(talkFailed("silent")), listeners: [stopped] })).toEqual(["PROCESS_STOPPED"]);
    const facts = asked(talkFailed("silent"));
    const queues = seen(new Map([[facts.listeners[0]!.row.id, { waiting: 1, forMs: 1000, accepted: false }]]));
    expect(codesOf({ ...facts, more: { ...facts.more, queues } })).toEqual(["ACCEPT_STUCK"]);
  });

  test("says the place of a remote server once", () => {
    const request = requestOf("10.0.0.5:8000", { url });
    const more = { conversation: conversationOf({ http: talkFailed("silent"), at: "10.0.0.5" }) };
    const facts = factsOf({ request, isLocal: false, listeners: [], attempts: [connected("10.0.0.5")], more });
    expect(onlyFinding(facts).title).toBe(
      "10.0.0.5:8000 takes the connection and does not answer GET /slow within 2000 ms",
    );
  });

  test("is silent where it answered, however late", () => {
    expect(codesOf(asked(answered({ afterMs: 1900 })))).toEqual([]);
  });

  test("is silent of a bare connection: many servers wait for the client to speak", () => {
    expect(codesOf(factsOf())).toEqual([]);
  });
});
