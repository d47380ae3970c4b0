import { describe, expect, test } from "bun:test";
import type { NeighbourState } from "../../../src/core/network.ts";
import { candidateOf, ETH0, factsOf, failed, LO, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { neighboursAt, routeOf, routesTo } from "./network.ts";
import { requireAddress } from "../../../src/core/address.ts";

const TARGET = "192.168.1.77";
const route = routeOf("unicast", { text: "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.20" });
const asked = (state: NeighbourState, attempt = failed(TARGET, "host-unreachable", "EHOSTUNREACH (113)")) =>
  factsOf({
    request: requestOf(`${TARGET}:8000`),
    isLocal: false,
    listeners: [],
    candidates: [candidateOf(TARGET)],
    attempts: [attempt],
    more: { ...routesTo({ [TARGET]: route }), ...neighboursAt({ [TARGET]: state }) },
  });

describe("NEIGHBOUR_SILENT", () => {
  test("is found where nobody answers ARP for the address", () => {
    const finding = onlyFinding(asked("failed"));
    expect(finding).toMatchObject({
      code: "NEIGHBOUR_SILENT",
      severity: "blocks",
      title: "nobody on eth0 answers for 192.168.1.77 (ARP): 192.168.1.77:8000 is off, or not on this network",
    });
    expect(finding.remedies[0]?.commands).toEqual([["ip", "neigh", "show", TARGET]]);
  });

  test("is found before the system gives up: it was asked for twice, and ARP has no answer yet", () => {
    expect(onlyFinding(asked("incomplete", timedOut(TARGET))).code).toBe("NEIGHBOUR_SILENT");
  });

  test("is found where one SYN waits for it only: nothing left this machine that could be lost", () => {
    expect(onlyFinding(asked("incomplete", timedOut(TARGET, { syns: 1 }))).code).toBe("NEIGHBOUR_SILENT");
    expect(onlyFinding(asked("failed", timedOut(TARGET, { syns: 1 }))).code).toBe("NEIGHBOUR_SILENT");
    expect(codesOf(asked("reachable", timedOut(TARGET, { syns: 1 })))).toEqual([]);
  });

  test("names the gateway where that is the one who keeps silent", () => {
    const via = routeOf("unicast", {
      gateway: requireAddress("192.168.1.1"),
      text: "default via 192.168.1.1 dev eth0",
    });
    const more = { ...routesTo({ "203.0.113.9": via }), ...neighboursAt({ "192.168.1.1": "failed" }) };
    const attempts = [failed("203.0.113.9", "host-unreachable", "EHOSTUNREACH (113)")];
    const finding = onlyFinding({ ...asked("failed"), attempts, more });
    expect(finding.title).toBe("the gateway 192.168.1.1 to 203.0.113.9:8000 does not answer on eth0 (ARP)");
  });

  test("mentions that an access point may keep its clients from each other", () => {
    const interfaces = [LO, { ...ETH0, wireless: true }];
    expect(onlyFinding({ ...asked("failed"), interfaces }).remedies[0]?.what).toContain("AP isolation");
    expect(onlyFinding(asked("failed")).remedies[0]?.what).not.toContain("AP isolation");
  });

  test("is silent where the neighbour is there: then somebody rejects or drops", () => {
    expect(codesOf(asked("reachable"))).toEqual(["REJECTED"]);
    expect(codesOf(asked("stale", timedOut(TARGET)))).toEqual(["DROPPED"]);
  });
});
