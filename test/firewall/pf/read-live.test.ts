import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { answerOfPf } from "../../../src/firewall/pf/answer.ts";
import type { PfPacket } from "../../../src/firewall/pf/evaluate.ts";
import { readLivePf } from "../../../src/firewall/pf/read-live.ts";
import { pfctlOf, refusedPfctl } from "./captured.ts";

const PACKET: PfPacket = {
  protocol: "tcp",
  source: requireAddress("192.168.1.50"),
  destination: requireAddress("192.168.1.10"),
  port: 8000,
  interface: "en0",
};

async function ask(change: Readonly<Record<string, string>> = {}, packet: Partial<PfPacket> = {}) {
  const pf = await readLivePf(pfctlOf(change));
  if (pf.kind === "unseen") throw new Error(pf.because);
  if (pf.value.kind === "off") return { verdict: "off" };
  return answerOfPf(pf.value.rules, { ...PACKET, ...packet }, "it");
}

describe("pf as it is now", () => {
  test("has the rules of its anchors in their places, each named by its anchor", async () => {
    expect(await ask()).toMatchObject({
      verdict: "drop",
      errno: "ETIMEDOUT",
      rule: { backend: "pf", table: "com.vpn/kill", position: 1 },
      because:
        "dropped by rule 1 of pf's anchor com.vpn/kill: `block drop in quick inet proto tcp from any to any port 8000`",
    });
    expect(await ask({}, { port: 8001 })).toMatchObject({ verdict: "accept" });
    const six = { source: requireAddress("fd00::5"), destination: requireAddress("fd00::1") };
    expect(await ask({}, six)).toMatchObject({ verdict: "drop", rule: { table: "com.vpn/kill", position: 3 } });
  });

  test("takes anchors that are named and not there for empty, and goes one step down at a time", async () => {
    const below = { "-v -s Anchors": "  com.vpn\n  com.vpn/kill\n  com.vpn/kill/deep\n" };
    const block = "block drop in quick all\n";
    // Nothing leads from `kill` to what is below it.
    const change = { ...below, "-a com.vpn/kill -s rules": "", "-a com.vpn/kill/deep -s rules": block };
    expect((await ask(change)).verdict).toBe("accept");
    const led = { ...change, "-a com.vpn/kill -s rules": 'anchor "deep" all\n' };
    expect(await ask(led)).toMatchObject({ verdict: "drop", rule: { table: "com.vpn/kill/deep" } });
    const absolute = { ...change, "-a com.vpn/kill -s rules": 'anchor "/com.vpn/kill/deep" all\n' };
    expect((await ask(absolute)).verdict).toBe("drop");
  });

  test("leaves an interface alone that is skipped, and is nothing at all where it is off", async () => {
    expect((await ask({ "-v -s Interfaces": "en0 (skip)\n\tCleared: x\n" })).verdict).toBe("accept");
    expect((await ask({ "-s info": "Status: Disabled for 0 days 00:01:00\n" })).verdict).toBe("off");
  });

  test("tells what sends connections elsewhere", async () => {
    const rdr = "rdr pass on en0 inet proto tcp from any to any port = 80 -> 127.0.0.1 port 8080";
    const pf = await readLivePf(pfctlOf({ "-a com.vpn -s nat": `${rdr}\n` }));
    expect(pf).toMatchObject({ value: { kind: "on", redirects: [rdr] } });
  });

  test("is not known where it may not be read, or does not say whether it is on", async () => {
    expect(await readLivePf(refusedPfctl)).toEqual({
      kind: "unseen",
      because: "`pfctl` ended with 1: pfctl: /dev/pf: Permission denied",
      hint: "run it with sudo",
    });
    expect((await readLivePf(pfctlOf({ "-s info": "" }))).kind).toBe("unseen");
    const many = Array.from({ length: 65 }, (_, index) => `  a${index}\n`).join("");
    expect((await readLivePf(pfctlOf({ "-v -s Anchors": many }))).kind).toBe("unseen");
  });
});
