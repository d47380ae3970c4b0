import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import { candidateOf, connected, factsOf, failed, kernelOf, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const TARGET = "192.168.1.30";
const asked = factsOf({
  request: requestOf(`${TARGET}:8000`),
  isLocal: false,
  listeners: [],
  candidates: [candidateOf(TARGET)],
  attempts: [failed(TARGET, "no-local-port", "EADDRNOTAVAIL (99)")],
  more: { kernel: seen(kernelOf({ ephemeralPorts: { first: 40_000, last: 40_001 } })) },
});

describe("NO_LOCAL_PORT", () => {
  test("is found where connect() has none, with the range", () => {
    const finding = onlyFinding(asked);
    expect(finding).toMatchObject({
      code: "NO_LOCAL_PORT",
      severity: "blocks",
      title:
        "no local port is left to connect to 192.168.1.30:8000 from: 40000 to 40001 are in use (EADDRNOTAVAIL (99))",
    });
    expect(finding.remedies[1]).toMatchObject({
      commands: [["sudo", "sysctl", "-w", "net.ipv4.ip_local_port_range=10240 65535"]],
      undo: '`sudo sysctl -w net.ipv4.ip_local_port_range="40000 40001"`',
    });
  });

  test("says no range where it could not be seen", () => {
    const finding = onlyFinding({ ...asked, more: { kernel: unseen("/proc/sys/net can't be read here") } });
    expect(finding.title).toBe("no local port is left to connect to 192.168.1.30:8000 from (EADDRNOTAVAIL (99))");
    expect(finding.remedies).toHaveLength(1);
  });

  test("is silent of a small range that has ports left", () => {
    expect(codesOf({ ...asked, attempts: [connected(TARGET)] })).toEqual([]);
    expect(codesOf({ ...asked, attempts: [timedOut(TARGET)] })).toEqual(["DROPPED"]);
  });
});
