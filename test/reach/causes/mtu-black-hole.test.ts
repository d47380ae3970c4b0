import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../../src/reach/speak/conversation.ts";
import { candidateOf, connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { routeOf, routesTo } from "./network.ts";
import { answered, conversationOf } from "./talks.ts";

const TARGET = "10.8.0.5";
const asked = (overrides: Partial<HttpAnswer>) =>
  factsOf({
    request: requestOf(`${TARGET}:8000`, { url: { scheme: "http", path: "/" } }),
    isLocal: false,
    listeners: [],
    candidates: [candidateOf(TARGET)],
    attempts: [connected(TARGET)],
    more: {
      ...routesTo({ [TARGET]: routeOf("unicast", { text: "10.8.0.0/24 dev eth0" }) }),
      conversation: conversationOf({ at: TARGET, host: TARGET, http: answered(overrides) }),
    },
  });

describe("MTU_BLACK_HOLE", () => {
  test("is found where the head comes and the large body does not", () => {
    const finding = onlyFinding(asked({ bodyEnd: "stalled", received: 0, announced: 20_000 }));
    expect(finding).toMatchObject({
      code: "MTU_BLACK_HOLE",
      severity: "blocks",
      title:
        "10.8.0.5:8000 answers 200 OK, and 0 of 20000 bytes come: full-sized packets are lost on the way, as it seems",
    });
    expect(finding.remedies[0]).toMatchObject({
      commands: [["sudo", "ip", "link", "set", "dev", "eth0", "mtu", "1280"]],
      undo: "`sudo ip link set dev eth0 mtu 1500`",
    });
  });

  test("is silent where large packets came before it stopped: the server stalls", () => {
    expect(codesOf(asked({ bodyEnd: "stalled", received: 8000, announced: 20_000 }))).toEqual(["BODY_INCOMPLETE"]);
  });

  test("is silent where what is missing would fit into a small packet", () => {
    expect(codesOf(asked({ bodyEnd: "stalled", received: 0, announced: 500 }))).toEqual(["BODY_INCOMPLETE"]);
  });

  test("is silent on this machine, which has no way that packets could be lost on", () => {
    const facts = { ...asked({ bodyEnd: "stalled", received: 0, announced: 20_000 }), isLocal: true };
    expect(codesOf(facts)).toEqual(["BODY_INCOMPLETE"]);
  });
});
