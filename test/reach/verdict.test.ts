import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { DatagramOutcome } from "../../src/core/network.ts";
import { decideVerdict } from "../../src/reach/verdict.ts";
import { ruledBy } from "./causes/ruled.ts";
import { connected, endpointOf, factsOf, listenerOf, refused, requestOf, timedOut } from "./causes/facts.ts";

const findingOf = (severity: Finding["severity"]): Finding => ({
  code: "ANY",
  stage: "socket",
  severity,
  title: "any",
  evidence: [],
  remedies: [],
});

describe("the verdict on a TCP target", () => {
  test("is reachable where one of the loopbacks took the connection of a bare port", () => {
    expect(decideVerdict(factsOf(), [])).toBe("reachable");
    expect(decideVerdict(factsOf({ attempts: [refused("127.0.0.1"), connected("::1")] }), [])).toBe("reachable");
  });

  test("is not reachable where only another address of the machine took it", () => {
    const attempts = [refused("127.0.0.1"), refused("::1"), connected("192.168.1.20")];
    expect(decideVerdict(factsOf({ attempts }), [])).toBe("unreachable");
  });

  test("stays reachable under a warning, and falls with a finding that blocks", () => {
    expect(decideVerdict(factsOf(), [findingOf("warning")])).toBe("reachable");
    expect(decideVerdict(factsOf(), [findingOf("warning"), findingOf("blocks")])).toBe("unreachable");
  });

  test("is not reachable where every address refused, whatever explains it", () => {
    expect(decideVerdict(factsOf({ attempts: [refused("127.0.0.1")] }), [])).toBe("unreachable");
  });

  test("is not reachable where the connection was taken and reset at once", () => {
    const attempts = [connected("127.0.0.1", { greeting: { kind: "reset" } })];
    expect(decideVerdict(factsOf({ attempts }), [])).toBe("unreachable");
  });

  test("is open where one SYN only was sent in the time that was given", () => {
    const request = requestOf("192.168.1.30:8000");
    const attempts = (syns: number) => [timedOut("192.168.1.30", { syns })];
    expect(decideVerdict(factsOf({ request, isLocal: false, attempts: attempts(1) }), [])).toBe("unknown");
    expect(decideVerdict(factsOf({ request, isLocal: false, attempts: attempts(2) }), [])).toBe("unreachable");
  });

  test("is open for others, whose firewall rules our own connection does not meet", () => {
    expect(decideVerdict(factsOf({ request: requestOf("8000", { from: { kind: "lan" } }) }), [])).toBe("unknown");
  });

  test("is open where the server took one connection and no second one to speak on", () => {
    const failure = { kind: "not-connected", because: "ECONNREFUSED" } as const;
    const conversation = { to: endpointOf(requireAddress("127.0.0.1")), host: "127.0.0.1" };
    const more = { conversation: { ...conversation, http: { kind: "failed", failure } as const } };
    expect(decideVerdict(factsOf({ more }), [])).toBe("unknown");
  });

  test("is what the rules say for others, where somebody takes the connection behind them", () => {
    const request = requestOf("192.168.1.20:8000", { from: { kind: "lan" } });
    const asked = { client: "192.168.1.7", facts: { request, attempts: [connected("192.168.1.20")] } };
    const verdictOf = (rules: string, overrides = {}) =>
      decideVerdict({ ...ruledBy(rules, "192.168.1.20", asked), ...overrides }, []);
    expect(verdictOf(":INPUT ACCEPT [0:0]")).toBe("reachable");
    expect(verdictOf(":INPUT ACCEPT [0:0]", { attempts: [refused("192.168.1.20")] })).toBe("unknown");
    expect(verdictOf(":INPUT ACCEPT [0:0]\n-A INPUT -m cpu --cpu 9 -j DROP")).toBe("unknown");
    const from = { kind: "internet" } as const;
    expect(verdictOf(":INPUT ACCEPT [0:0]", { request: { ...request, from } })).toBe("unknown");
  });

  test("is open where the server was spared", () => {
    expect(decideVerdict(factsOf({ attempts: [], spared: "nc serves one connection only" }), [])).toBe("unknown");
  });
});

describe("the verdict on a UDP target", () => {
  const request = requestOf("8000", { protocol: "udp" });
  const verdictOf = (outcome: DatagramOutcome, listeners = [listenerOf("0.0.0.0", { protocol: "udp" })]) => {
    const datagrams = [{ to: endpointOf(requireAddress("127.0.0.1")), as: "127.0.0.1", outcome }];
    return decideVerdict(factsOf({ request, attempts: [], datagrams, listeners }), []);
  };

  test("is reachable where something answered, or a process of this machine has the port and nothing refused", () => {
    expect(verdictOf({ kind: "answered", bytes: new Uint8Array(1), afterMs: 1 }, [])).toBe("reachable");
    expect(verdictOf({ kind: "silent", afterMs: 1000 })).toBe("reachable");
  });

  test("is open where silence is all there is", () => {
    expect(verdictOf({ kind: "silent", afterMs: 1000 }, [])).toBe("unknown");
  });

  test("is not reachable where the port was refused", () => {
    expect(verdictOf({ kind: "refused", afterMs: 1, shown: "ECONNREFUSED (111)" }, [])).toBe("unreachable");
  });
});
