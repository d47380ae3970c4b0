import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Finding, StageName } from "../../src/core/finding.ts";
import type { Route } from "../../src/core/network.ts";
import { seen } from "../../src/core/seen.ts";
import { addressKey, type Facts } from "../../src/reach/facts.ts";
import { describePath } from "../../src/reach/path.ts";
import { ruledBy } from "./causes/ruled.ts";
import { factsOf, refused, requestOf } from "./causes/facts.ts";

const blocksAt = (stage: StageName): Finding => ({
  code: "ANY",
  stage,
  severity: "blocks",
  title: "any",
  evidence: [],
  remedies: [],
});

function routesOf(route: Route): Facts["more"] {
  return { routes: new Map([[addressKey(requireAddress("127.0.0.1")), seen(route)]]) };
}

const LOCAL = routesOf({ kind: "local", text: "local 127.0.0.1 dev lo" });

const shown = (facts: Facts, findings: readonly Finding[] = []) =>
  describePath(facts, findings).map(({ name, mark, text }) => `${name} ${mark} ${text}`.trim());

describe("the path", () => {
  test("of a healthy server is whole, and has no mark where there was nothing to pass", () => {
    expect(shown(factsOf({ more: LOCAL }))).toEqual([
      "client ok this machine",
      "name none",
      "route ok this machine",
      "firewall ok let through",
      "socket ok 0.0.0.0:8000",
      "process ok uvicorn (pid 4711)",
      "protocol none",
    ]);
  });

  test("breaks where the cause is, and goes no further", () => {
    const facts = factsOf({ attempts: [refused("127.0.0.1")], listeners: [], more: LOCAL });
    expect(shown(facts, [blocksAt("socket")])).toEqual([
      "client ok this machine",
      "name none",
      "route ok this machine",
      "firewall unknown rules not read",
      "socket broken nobody on 8000",
      "process none",
      "protocol none",
    ]);
  });

  test("claims nothing of the firewall for others", () => {
    const facts = factsOf({ request: requestOf("8000", { from: { kind: "lan" } }), more: LOCAL });
    expect(shown(facts)[0]).toBe("client ok this LAN");
    expect(shown(facts)[3]).toBe("firewall unknown rules not read");
  });

  test("names the rule that stops others, and says where the rules let them through", () => {
    const request = requestOf("192.168.1.20:8000", { from: { kind: "lan" } });
    const asked = { client: "192.168.1.7", facts: { request } };
    const firewall = (rules: string, findings: readonly Finding[] = []) =>
      shown(ruledBy(rules, "192.168.1.20", asked), findings)[3];
    expect(firewall(":INPUT ACCEPT [0:0]")).toBe("firewall ok let through");
    expect(firewall(":INPUT DROP [0:0]", [blocksAt("firewall")])).toBe("firewall broken dropped by INPUT policy");
    expect(firewall(":INPUT ACCEPT [0:0]\n-A INPUT -m cpu --cpu 9 -j DROP")).toStartWith("firewall unknown ");
  });

  test("doubts a station that looks bad where the cause is a later one", () => {
    const more = routesOf({ kind: "unreachable", text: "unreachable 127.0.0.1" });
    expect(shown(factsOf({ more }), [blocksAt("process")])[2]).toBe("route unknown unreachable");
  });
});
