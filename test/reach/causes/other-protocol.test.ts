import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { seen } from "../../../src/core/seen.ts";
import { endpointOf, factsOf, kernelOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const allRefused = (port = 8000) => [refused("127.0.0.1", { port }), refused("::1", { port })];

describe("OTHER_PROTOCOL", () => {
  test("is found where the port is a UDP server's", () => {
    const listeners = [listenerOf("0.0.0.0", { protocol: "udp" })];
    expect(onlyFinding(factsOf({ attempts: allRefused(), listeners }))).toMatchObject({
      code: "OTHER_PROTOCOL",
      severity: "blocks",
      title: "uvicorn (pid 4711) has port 8000 for UDP, not for TCP: 127.0.0.1:8000 is refused",
      remedies: [{ commands: [["portguard", "reach", "8000", "--udp"]] }],
    });
  });

  test("is found the other way round", () => {
    const to = { ...endpointOf(requireAddress("127.0.0.1")), protocol: "udp" as const };
    const datagrams = [
      { to, as: "127.0.0.1", outcome: { kind: "refused", afterMs: 1, shown: "ECONNREFUSED (111)" } as const },
    ];
    const request = requestOf("8000", { protocol: "udp" });
    const finding = onlyFinding(factsOf({ request, attempts: [], datagrams }));
    expect(finding.title).toBe("uvicorn (pid 4711) has port 8000 for TCP, not for UDP: 127.0.0.1:8000/udp is refused");
    const written = { ...request, target: { ...request.target, text: "8000/udp" } };
    const mend = onlyFinding(factsOf({ request: written, attempts: [], datagrams })).remedies[0];
    expect(mend?.commands).toEqual([["portguard", "reach", "8000"]]);
  });

  test("is silent for a port that the kernel gave to a client: it says nothing of a server", () => {
    const facts = factsOf({
      request: requestOf("45000"),
      attempts: allRefused(45000),
      listeners: [listenerOf("0.0.0.0", { protocol: "udp", port: 45000 })],
      more: { kernel: seen(kernelOf()), neighbours: seen([]) },
    });
    expect(codesOf(facts)).toEqual(["NO_LISTENER"]);
  });

  test("is silent where the port is served in both", () => {
    expect(
      codesOf(factsOf({ listeners: [listenerOf("0.0.0.0"), listenerOf("0.0.0.0", { protocol: "udp" })] })),
    ).toEqual([]);
  });
});
