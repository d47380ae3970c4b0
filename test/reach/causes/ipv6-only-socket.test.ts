import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import { connected, factsOf, kernelOf, listenerOf, ownerOf, refused } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const attempts = [refused("127.0.0.1"), connected("::1"), refused("192.168.1.20")];
const listeners = [listenerOf("::", { v6Only: true })];

describe("IPV6_ONLY_SOCKET", () => {
  test("is found where `::` does not take IPv4, and tells uvicorn's own way to ask for both", () => {
    const finding = onlyFinding(factsOf({ attempts, listeners, more: { kernel: seen(kernelOf()) } }));
    expect(finding.code).toBe("IPV6_ONLY_SOCKET");
    expect(finding.title).toBe("uvicorn (pid 4711) listens on [::]:8000 for IPv6 only: 127.0.0.1:8000 is refused");
    expect(finding.remedies).toHaveLength(1);
    expect(finding.remedies[0]?.commands[0]?.slice(-2)).toEqual(["--host", ""]);
  });

  test("names the sysctl where that is why", () => {
    const kernel = seen(kernelOf({ bindV6Only: true }));
    const node = ownerOf({ process: { name: "node", command: ["node", "server.js"] }, server: "node" });
    const facts = factsOf({
      attempts,
      listeners: [listenerOf("::", { v6Only: true, owners: [node] })],
      more: { kernel },
    });
    const finding = onlyFinding(facts);
    expect(finding.evidence.map(({ source }) => source)).toContain("sysctl");
    expect(finding.remedies[0]).toMatchObject({
      commands: [["sudo", "sysctl", "-w", "net.ipv6.bindv6only=0"]],
      undo: "`sudo sysctl -w net.ipv6.bindv6only=1`",
    });
    expect(finding.remedies[1]).toMatchObject({ risk: "restart" });
    expect(finding.remedies[1]?.what).toContain("every IPv4 address (IPv6 is refused then)");
    expect(finding.remedies[1]?.what).toContain('listen(8000, "0.0.0.0")');
  });

  test("is silent where a second socket has IPv4", () => {
    const all = [connected("127.0.0.1"), connected("::1"), connected("192.168.1.20")];
    expect(codesOf(factsOf({ attempts: all, listeners: [...listeners, listenerOf("0.0.0.0")] }))).toEqual([]);
  });

  test("leaves it to REJECTED where `::` takes IPv4, and something else refuses", () => {
    expect(codesOf(factsOf({ attempts, listeners: [listenerOf("::")] }))).toEqual(["REJECTED"]);
  });
});
