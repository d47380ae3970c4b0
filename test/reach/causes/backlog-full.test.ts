import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { factsOf, kernelOf, listenerOf, refused, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const dropped = [timedOut("127.0.0.1"), refused("::1"), timedOut("192.168.1.20")];
const withQueue = (waiting: number, limit: number, more: Facts["more"] = {}) =>
  factsOf({ attempts: dropped, listeners: [listenerOf("0.0.0.0", { queue: { waiting, limit } })], more });

describe("BACKLOG_FULL", () => {
  test("is found where more wait than the queue holds, and the kernel counted what it dropped", () => {
    const finding = onlyFinding(
      withQueue(129, 128, { moved: seen(new Map([["ListenOverflows", 4]])), kernel: seen(kernelOf()) }),
    );
    expect(finding).toMatchObject({
      code: "BACKLOG_FULL",
      severity: "blocks",
      title: "uvicorn (pid 4711) lets 129 connections wait, and its queue holds 128: 127.0.0.1:8000 drops new ones",
    });
    expect(finding.evidence).toContainEqual({
      what: "a queue overflowed 4 times while it was tried (ListenOverflows)",
      source: "/proc/net/netstat",
    });
    expect(finding.remedies[0]?.commands[0]?.slice(-2)).toEqual(["--backlog", "4096"]);
  });

  test("says that the kernel's own limit is in the way where that is so", () => {
    const more = { kernel: seen(kernelOf({ somaxconn: 128 })) };
    expect(onlyFinding(withQueue(129, 128, more)).remedies[0]?.commands).toEqual([
      ["sudo", "sysctl", "-w", "net.core.somaxconn=4096"],
    ]);
  });

  test("is silent where one more would fit: then something else drops", () => {
    expect(codesOf(withQueue(128, 128))).not.toContain("BACKLOG_FULL");
  });

  test("is silent where connections get through", () => {
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { queue: { waiting: 129, limit: 128 } })] }))).toEqual(
      [],
    );
  });
});
