import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import type { Attempt } from "../../../src/core/diagnosis.ts";
import { candidateOf, connected, factsOf, listenerOf, ownerOf, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const V6 = "2001:db8::20";
const V4 = "192.168.1.20";

function named(attempts: readonly Attempt[], overrides: Partial<Facts> = {}): Facts {
  const addresses = attempts.map(({ to }) => to.address.text);
  return factsOf({
    request: requestOf("dev.lan:8000"),
    name: { kind: "addresses", name: "dev.lan", addresses: addresses.map(requireAddress), hostsLines: [] },
    candidates: addresses.map((address) => candidateOf(address, "dev.lan")),
    attempts,
    ...overrides,
  });
}

describe("NAME_HAS_IPV6", () => {
  test("warns where the name's IPv6 address is refused, and IPv4 answers", () => {
    const finding = onlyFinding(named([refused(V6), connected(V4)]));
    expect(finding).toMatchObject({
      code: "NAME_HAS_IPV6",
      severity: "warning",
      title:
        "uvicorn (pid 4711) listens on 0.0.0.0:8000, IPv4 only, and dev.lan is 2001:db8::20, too: [2001:db8::20]:8000 is refused",
    });
    expect(finding.evidence).toContainEqual({ what: "dev.lan is 2001:db8::20, 192.168.1.20", source: "resolver" });
  });

  test("adds the address to those of redis, which takes a list", () => {
    const listeners = [listenerOf("127.0.0.1", { owners: [ownerOf({ server: "redis" })] })];
    const [mend] = onlyFinding(named([refused("::1"), connected("127.0.0.1")], { listeners })).remedies;
    expect(mend?.what).toContain("`bind 127.0.0.1 ::1`");
  });

  test("blocks where the name has no IPv4 address", () => {
    expect(onlyFinding(named([refused(V6)]))).toMatchObject({ code: "NAME_HAS_IPV6", severity: "blocks" });
  });

  test("warns of another machine's name, of which no socket is seen", () => {
    const facts = named([refused("2001:db8::30"), connected("192.168.1.30")], { isLocal: false, listeners: [] });
    expect(onlyFinding(facts).title).toBe(
      "IPv4 answers, and dev.lan is 2001:db8::30, too: [2001:db8::30]:8000 is refused",
    );
  });

  test("leaves it to REJECTED where the server listens on IPv6, too", () => {
    const listeners = [listenerOf("0.0.0.0"), listenerOf("::", { v6Only: true })];
    expect(codesOf(named([refused(V6), connected(V4)], { listeners }))).toEqual(["REJECTED"]);
  });

  test("is silent where IPv6 is dropped, not refused", () => {
    expect(codesOf(named([timedOut(V6), connected(V4)]))).not.toContain("NAME_HAS_IPV6");
  });

  test("is silent where IPv4 is refused as well: the server is on the loopback", () => {
    const facts = named([refused(V6), refused(V4)], { listeners: [listenerOf("127.0.0.1")] });
    expect(codesOf(facts)).toEqual(["LOOPBACK_ONLY"]);
  });
});
