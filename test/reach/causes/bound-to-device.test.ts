import { describe, expect, test } from "bun:test";
import { connected, factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const allRefused = [refused("127.0.0.1"), refused("::1"), refused("192.168.1.20")];

describe("BOUND_TO_DEVICE", () => {
  test("is found where the socket takes only what comes in by eth0, and this machine asks", () => {
    const finding = onlyFinding(
      factsOf({ attempts: allRefused, listeners: [listenerOf("0.0.0.0", { device: "eth0" })] }),
    );
    expect(finding).toMatchObject({
      code: "BOUND_TO_DEVICE",
      severity: "blocks",
      title: "uvicorn (pid 4711) listens on 0.0.0.0%eth0:8000, bound to eth0: 127.0.0.1:8000 is refused from here",
    });
  });

  test("is found for the LAN where the socket is bound to lo, though this machine gets in everywhere", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), connected("192.168.1.20")];
    const request = requestOf("8000", { from: { kind: "lan" } });
    const listeners = [listenerOf("0.0.0.0", { device: "lo" })];
    expect(onlyFinding(factsOf({ request, attempts, listeners })).severity).toBe("blocks");
  });

  test("only warns the LAN of a socket that is bound to eth0: they come in by it", () => {
    const request = requestOf("8000", { from: { kind: "lan" } });
    const listeners = [listenerOf("0.0.0.0", { device: "eth0" })];
    expect(onlyFinding(factsOf({ request, attempts: allRefused, listeners })).severity).toBe("warning");
  });

  test("is silent where this machine asks a socket that is bound to lo", () => {
    expect(codesOf(factsOf({ listeners: [listenerOf("0.0.0.0", { device: "lo" })] }))).toEqual([]);
  });

  test("is silent where a second socket is not bound to any interface", () => {
    const listeners = [listenerOf("0.0.0.0"), listenerOf("0.0.0.0", { device: "eth0" })];
    expect(codesOf(factsOf({ listeners }))).toEqual([]);
  });
});
