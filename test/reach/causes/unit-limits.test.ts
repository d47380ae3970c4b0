import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { connected, factsOf, listenerOf, ownerOf, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const DENIES = ["IPAddressDeny=any"];
const OWN_ONLY = ["IPAddressAllow=127.0.0.0/8 ::1/128", "IPAddressDeny=any"];
const server = (unitLimits: readonly string[]) =>
  listenerOf("0.0.0.0", { owners: [ownerOf({ health: { unit: "app.service", unitLimits } })] });
const asked = (limits: readonly string[], attempts = [timedOut("127.0.0.1")]) =>
  factsOf({ request: requestOf("127.0.0.1:8000"), attempts, listeners: [server(limits)] });

describe("UNIT_LIMITS", () => {
  test("is found where the unit denies our own address, and nothing comes back", () => {
    const finding = onlyFinding(asked(DENIES));
    expect(finding).toMatchObject({
      code: "UNIT_LIMITS",
      severity: "blocks",
      title: "the unit app.service keeps uvicorn (pid 4711) from 127.0.0.1: 127.0.0.1:8000 does not answer",
    });
    expect(finding.evidence[0]).toEqual({ what: "IPAddressDeny=any", source: "systemctl show app.service" });
    expect(finding.remedies[0]?.commands[0]).toEqual(["sudo", "systemctl", "edit", "app.service"]);
  });

  test("is found for others where the unit allows this machine only", () => {
    const request = requestOf("8000", { from: { kind: "lan" } });
    const facts = factsOf({ request, listeners: [server(OWN_ONLY)] });
    expect(onlyFinding(facts).title).toBe(
      "the unit app.service keeps uvicorn (pid 4711) from this LAN: what is sent from there is dropped",
    );
    const from = { kind: "network", address: requireAddress("192.168.1.7"), prefix: 32 } as const;
    expect(onlyFinding({ ...facts, request: requestOf("8000", { from }) }).remedies[0]?.what).toContain(
      "IPAddressAllow=192.168.1.7/32",
    );
  });

  test("is silent where the unit allows who asks, and something else drops it", () => {
    expect(codesOf(asked(OWN_ONLY))).toEqual(["DROPPED"]);
  });

  test("is silent where the network that would connect is allowed", () => {
    const from = { kind: "network", address: requireAddress("192.168.1.7"), prefix: 32 } as const;
    const limits = ["IPAddressAllow=192.168.1.0/24", "IPAddressDeny=any"];
    expect(codesOf(factsOf({ request: requestOf("8000", { from }), listeners: [server(limits)] }))).toEqual([]);
  });

  test("is silent where the connection is taken, or the limits say nothing of addresses", () => {
    expect(codesOf(asked(OWN_ONLY, [connected("127.0.0.1")]))).toEqual([]);
    expect(codesOf(asked(["RestrictAddressFamilies=AF_INET"]))).toEqual(["DROPPED"]);
  });
});
