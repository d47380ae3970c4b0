import { describe, expect, test } from "bun:test";
import type { NeighbourState } from "../../../src/core/network.ts";
import { requireAddress } from "../../../src/core/address.ts";
import { factsOf, failed, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { neighboursAt, routeOf, routesTo } from "./network.ts";
import { macosOf } from "./windows.ts";

const TARGET = "192.168.1.30";
const asked = (state: NeighbourState, route = routeOf("unicast")) =>
  factsOf({
    system: "macos",
    machine: macosOf(),
    request: requestOf(`${TARGET}:8000`),
    isLocal: false,
    listeners: [],
    attempts: [failed(TARGET, "host-unreachable", "EHOSTUNREACH (65)")],
    more: { ...routesTo({ [TARGET]: route }), ...neighboursAt({ [TARGET]: state }) },
  });

describe("MACOS_LOCAL_NETWORK", () => {
  test("is found where the neighbour answers and connect() says that there is no route", () => {
    expect(onlyFinding(asked("reachable"))).toMatchObject({
      code: "MACOS_LOCAL_NETWORK",
      severity: "blocks",
      title:
        "192.168.1.30:8000 is on this network and answers ARP, yet connect() says EHOSTUNREACH (65): macOS 15 keeps this program from the local network",
    });
  });

  test("is silent where nobody answers ARP", () => {
    expect(codesOf(asked("failed"))).toEqual(["NEIGHBOUR_SILENT"]);
  });

  test("is silent behind a gateway, and before macOS 15", () => {
    const via = routeOf("unicast", { gateway: requireAddress("192.168.1.1") });
    expect(codesOf(asked("reachable", via))).toEqual(["REJECTED"]);
    const machine = { macos: { ...macosOf().macos!, version: 14 } };
    expect(codesOf({ ...asked("reachable"), machine })).toEqual(["REJECTED"]);
  });
});
