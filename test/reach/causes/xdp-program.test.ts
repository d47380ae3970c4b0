import { describe, expect, test } from "bun:test";
import { candidateOf, connected, ETH0, factsOf, LO, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { routeOf, routesTo } from "./network.ts";

const TARGET = "10.1.1.2";
const asked = (xdp: number | undefined, attempt = timedOut(TARGET)) =>
  factsOf({
    request: requestOf(`${TARGET}:8000`),
    isLocal: false,
    listeners: [],
    interfaces: [LO, { ...ETH0, ...(xdp !== undefined && { xdp }) }],
    candidates: [candidateOf(TARGET)],
    attempts: [attempt],
    more: routesTo({ [TARGET]: routeOf("unicast") }),
  });

describe("XDP_PROGRAM", () => {
  test("is found where no answer comes in by an interface with such a program", () => {
    const finding = onlyFinding(asked(97));
    expect(finding).toMatchObject({ code: "XDP_PROGRAM", severity: "blocks" });
    expect(finding.title).toContain("eth0, by which its answers come in, has an XDP program (id 97)");
    expect(finding.remedies.map(({ commands }) => commands[0])).toEqual([
      ["sudo", "bpftool", "prog", "show", "id", "97"],
      ["sudo", "ip", "link", "set", "dev", "eth0", "xdp", "off"],
    ]);
  });

  test("is silent where the interface has none, and where an answer comes", () => {
    expect(codesOf(asked(undefined))).toEqual(["DROPPED"]);
    expect(codesOf(asked(97, connected(TARGET)))).toEqual([]);
  });
});
