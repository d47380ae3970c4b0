import { describe, expect, test } from "bun:test";
import type { Facts } from "../../../src/reach/facts.ts";
import { candidateOf, connected, factsOf, interfaceOf, LO, listenerOf, ownerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const LAN = "192.168.1.20";
const onLoopback = (overrides: Partial<Facts> = {}) =>
  factsOf({
    request: requestOf(`${LAN}:8000`),
    candidates: [candidateOf(LAN)],
    attempts: [refused(LAN)],
    listeners: [listenerOf("127.0.0.1")],
    ...overrides,
  });

describe("LOOPBACK_ONLY", () => {
  test("is found where the machine's own LAN address is refused, with the server's own command line as the remedy", () => {
    const finding = onlyFinding(onLoopback());
    expect(finding).toMatchObject({
      code: "LOOPBACK_ONLY",
      severity: "blocks",
      title: "uvicorn (pid 4711) listens on 127.0.0.1:8000 only: 192.168.1.20:8000 is refused",
    });
    expect(finding.evidence).toContainEqual({ what: "192.168.1.20:8000: ECONNREFUSED (111)", source: "connect" });
    expect(finding.remedies[0]).toMatchObject({
      what: "let uvicorn listen on every address",
      commands: [["/home/bob/app/.venv/bin/uvicorn", "app:app", "--port", "8000", "--host", "0.0.0.0"]],
      risk: "exposes",
    });
    expect(finding.remedies[0]?.undo).toContain("/home/bob/app/.venv/bin/uvicorn app:app --port 8000");
    expect(finding.remedies[1]?.what).toContain("ssh -N -L 8000:127.0.0.1:8000 192.168.1.20");
  });

  test("is found for a bare port where the LAN would connect", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), refused(LAN, { as: "eth0" })];
    const request = requestOf("8000", { from: { kind: "lan" } });
    expect(codesOf(factsOf({ request, attempts, listeners: [listenerOf("127.0.0.1")] }))).toEqual(["LOOPBACK_ONLY"]);
  });

  test("is found from the socket table alone on a machine that is in no network now", () => {
    const request = requestOf("8000", { from: { kind: "lan" } });
    const attempts = [connected("127.0.0.1"), refused("::1")];
    const finding = onlyFinding(factsOf({ request, attempts, interfaces: [LO], listeners: [listenerOf("127.0.0.1")] }));
    expect(finding.title).toBe("uvicorn (pid 4711) listens on 127.0.0.1:8000 only: no other machine gets there");
  });

  test("tells a server that containers ask for to listen on docker's bridge, not everywhere", () => {
    const request = requestOf("8000", { from: { kind: "container" } });
    const docker0 = interfaceOf(3, "docker0", ["172.17.0.1", 16]);
    const attempts = [connected("127.0.0.1"), refused("172.17.0.1", { as: "docker0" })];
    const finding = onlyFinding(onLoopback({ request, attempts, interfaces: [LO, docker0] }));
    expect(finding.remedies[0]?.commands[0]?.slice(-2)).toEqual(["--host", "172.17.0.1"]);
  });

  test("is found for `kubectl port-forward`, with its own option", () => {
    const command = ["kubectl", "port-forward", "pod/web", "8000:80"];
    const forwarder = { by: "kubectl", to: { host: "pod/web", port: 80 } } as const;
    const owner = ownerOf({ process: { name: "kubectl", command }, server: "other", forwarder });
    const finding = onlyFinding(onLoopback({ listeners: [listenerOf("127.0.0.1", { owners: [owner] })] }));
    expect(finding.remedies[0]?.commands).toEqual([[...command, "--address", "0.0.0.0"]]);
  });

  test("is silent where only this machine asks", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), refused(LAN)];
    expect(codesOf(factsOf({ attempts, listeners: [listenerOf("127.0.0.1")] }))).toEqual([]);
  });

  test("is silent where the LAN address answers, because a rule brings it to the loopback", () => {
    expect(codesOf(onLoopback({ attempts: [connected(LAN)] }))).toEqual([]);
  });

  test("leaves it to REJECTED where a second socket has the LAN address", () => {
    const listeners = [listenerOf("127.0.0.1"), listenerOf(LAN)];
    expect(codesOf(onLoopback({ listeners }))).toEqual(["REJECTED"]);
  });
});
