import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import { containerOf, dockerProxy } from "./containers.ts";
import { connected, listenerOf, LO, refused, requestOf } from "./facts.ts";
import { codesOf, findingsOf, onlyFinding } from "./judged.ts";
import { type AskedOf, DOCKER0, ruledBy } from "./ruled.ts";

const asked = (docker: "there" | "gone" | "left-out", owners = [dockerProxy("0.0.0.0")]): AskedOf => ({
  client: "192.168.1.7",
  beside: { docker },
  facts: {
    request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
    attempts: [connected("192.168.1.20")],
    listeners: [{ ...listenerOf("0.0.0.0"), owners }],
  },
});
const RULES = ":INPUT ACCEPT [0:0]\n-A INPUT -p udp -j DROP";

describe("DOCKER_CHAINS_GONE", () => {
  test("warns where docker-proxy is there and docker's chains are not", () => {
    const finding = onlyFinding(ruledBy(RULES, "192.168.1.20", asked("gone")));
    expect(finding).toMatchObject({ code: "DOCKER_CHAINS_GONE", severity: "warning" });
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "systemctl", "restart", "docker"]]);
  });

  test("warns of a container behind docker's bridge, where nobody hands the port on", () => {
    const without = (bridge: boolean): AskedOf => ({
      beside: { docker: "gone" },
      facts: {
        request: requestOf("127.0.0.1:8000"),
        attempts: [refused("127.0.0.1")],
        listeners: [],
        interfaces: bridge ? [LO, DOCKER0] : [LO],
        more: { namespaces: seen([containerOf({ listens: [["0.0.0.0", 80]] })]) },
      },
    });
    const found = findingsOf(ruledBy(RULES, "127.0.0.1", without(true)));
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([
      ["NO_LISTENER", "blocks"],
      ["DOCKER_CHAINS_GONE", "warning"],
    ]);
    expect(found[1]?.title).toContain("no port that a container had published by them can be reached any more");
    expect(codesOf(ruledBy(RULES, "127.0.0.1", without(false)))).toEqual(["NO_LISTENER"]);
  });

  test("is silent where they are, where docker was told to leave the rules alone, and where it has nothing to do with it", () => {
    for (const each of [asked("there"), asked("left-out"), asked("gone", [])]) {
      expect(codesOf(ruledBy(RULES, "192.168.1.20", each))).not.toContain("DOCKER_CHAINS_GONE");
    }
  });
});
