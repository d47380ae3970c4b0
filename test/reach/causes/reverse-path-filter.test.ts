import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import { candidateOf, connected, ETH0, factsOf, interfaceOf, kernelOf, LO, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { routeOf, routesTo } from "./network.ts";

const TARGET = "10.1.1.2";
const ETH1 = interfaceOf(3, "eth1", ["10.2.2.1", 24]);
const kernelWith = (eth0: number, eth1: number) =>
  seen(
    kernelOf({
      reversePathFilter: new Map([
        ["lo", 1],
        ["eth0", eth0],
        ["eth1", eth1],
      ]),
    }),
  );
const asked = (count: number, kernel = kernelWith(0, 1), attempt = timedOut(TARGET)) =>
  factsOf({
    request: requestOf(`${TARGET}:8000`),
    isLocal: false,
    listeners: [],
    interfaces: [LO, ETH0, ETH1],
    candidates: [candidateOf(TARGET)],
    attempts: [attempt],
    more: {
      ...routesTo({ [TARGET]: routeOf("unicast") }),
      kernel,
      moved: seen(new Map(count === 0 ? [] : [["IPReversePathFilter", count]])),
    },
  });

describe("REVERSE_PATH_FILTER", () => {
  test("is found where the filter dropped packets while it was tried, and names the interface", () => {
    const finding = onlyFinding(asked(2));
    expect(finding).toMatchObject({
      code: "REVERSE_PATH_FILTER",
      severity: "blocks",
      title:
        "the reverse path filter dropped 2 packets while 10.1.1.2:8000 was tried: its answers come in by eth1, not by eth0",
    });
    expect(finding.remedies[0]).toMatchObject({
      commands: [["sudo", "sysctl", "-w", "net.ipv4.conf.eth1.rp_filter=2"]],
      risk: "weakens",
      undo: "`sudo sysctl -w net.ipv4.conf.eth1.rp_filter=1`",
    });
  });

  test("is silent where the counter stood still", () => {
    expect(codesOf(asked(0))).toEqual(["DROPPED"]);
  });

  test("is silent where no other interface filters strictly", () => {
    expect(codesOf(asked(2, kernelWith(1, 2)))).toEqual(["DROPPED"]);
  });

  test("is silent where the connection is taken, whatever else was dropped meanwhile", () => {
    expect(codesOf(asked(2, kernelWith(0, 1), connected(TARGET)))).toEqual([]);
  });

  test("is silent where the counters could not be read", () => {
    const facts = asked(2);
    expect(codesOf({ ...facts, more: { ...facts.more, moved: unseen("/proc/net can't be read here") } })).toEqual([
      "DROPPED",
    ]);
  });
});
