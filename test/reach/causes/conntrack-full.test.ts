import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import { connected, factsOf, kernelOf, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const asked = (count: number, attempt = timedOut("192.168.1.30")) =>
  factsOf({
    request: requestOf("192.168.1.30:8000"),
    isLocal: false,
    listeners: [],
    attempts: [attempt],
    more: { kernel: seen(kernelOf({ conntrack: { count, max: 65_536 } })) },
  });

describe("CONNTRACK_FULL", () => {
  test("is found where the table is full and nothing comes back", () => {
    const finding = onlyFinding(asked(65_536));
    expect(finding).toMatchObject({
      code: "CONNTRACK_FULL",
      severity: "blocks",
      title:
        "the connection tracking table is full (65536 of 65536): new connections such as 192.168.1.30:8000 are dropped",
    });
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "sysctl", "-w", "net.netfilter.nf_conntrack_max=131072"]]);
  });

  test("is silent where there is room in it", () => {
    expect(codesOf(asked(65_000))).toEqual(["DROPPED"]);
  });

  test("is silent where the connection is taken, or the table can't be seen", () => {
    expect(codesOf(asked(65_536, connected("192.168.1.30")))).toEqual([]);
    expect(codesOf({ ...asked(65_536), more: { kernel: unseen("hidden") } })).toEqual(["DROPPED"]);
  });
});
