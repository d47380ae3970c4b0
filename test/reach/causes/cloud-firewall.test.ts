import { describe, expect, test } from "bun:test";
import { factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const machine = { cloud: "Amazon EC2" };
const internet = requestOf("8000", { from: { kind: "internet" } });

describe("CLOUD_FIREWALL", () => {
  test("warns where others would come to a cloud's machine", () => {
    expect(onlyFinding(factsOf({ machine, request: internet }))).toMatchObject({
      code: "CLOUD_FIREWALL",
      severity: "warning",
      title:
        "this machine is one of Amazon EC2: whether its provider's firewall lets port 8000 in from the internet can't be seen from here",
    });
  });

  test("is silent where this machine asks for itself, and on a machine of one's own", () => {
    expect(codesOf(factsOf({ machine }))).toEqual([]);
    expect(codesOf(factsOf({ request: internet }))).toEqual([]);
  });

  test("is silent where the server is on the loopback: that comes first", () => {
    const facts = factsOf({ machine, request: internet, listeners: [listenerOf("127.0.0.1")] });
    const attempts = [refused("192.168.1.20")];
    expect(codesOf({ ...facts, attempts })).toEqual(["LOOPBACK_ONLY"]);
  });
});
