import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { dockerProxy } from "./containers.ts";

const LAN = "192.168.1.20";

describe("PUBLISHED_ON_LOOPBACK", () => {
  test("is found where docker-proxy listens on 127.0.0.1 and the LAN address is refused", () => {
    const finding = onlyFinding(
      factsOf({
        request: requestOf(`${LAN}:8000`),
        candidates: [candidateOf(LAN)],
        attempts: [refused(LAN)],
        listeners: [listenerOf("127.0.0.1", { owners: [dockerProxy("127.0.0.1")] })],
      }),
    );
    expect(finding.code).toBe("PUBLISHED_ON_LOOPBACK");
    expect(finding.title).toBe(
      "a container's port is published on 127.0.0.1:8000 only, by docker-proxy (pid 990): 192.168.1.20:8000 is refused",
    );
    expect(finding.remedies[0]?.what).toContain("-p 8000:80");
    expect(finding.remedies[0]?.risk).toBe("exposes");
  });

  test("is silent where it is published on every address", () => {
    const facts = factsOf({
      request: requestOf(`${LAN}:8000`),
      candidates: [candidateOf(LAN)],
      attempts: [connected(LAN)],
      listeners: [listenerOf("0.0.0.0", { owners: [dockerProxy("0.0.0.0")] })],
    });
    expect(codesOf(facts)).toEqual([]);
  });

  test("is silent where only this machine asks", () => {
    const attempts = [connected("127.0.0.1"), refused("::1"), refused(LAN)];
    const listeners = [listenerOf("127.0.0.1", { owners: [dockerProxy("127.0.0.1")] })];
    expect(codesOf(factsOf({ attempts, listeners }))).toEqual([]);
  });
});
