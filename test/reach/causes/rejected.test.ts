import { describe, expect, test } from "bun:test";
import type { ConnectFailure } from "../../../src/core/network.ts";
import { factsOf, failed, listenerOf, ownerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { neighboursAt, routeOf, routesTo } from "./network.ts";

const rejectedBy = (target: string, failure: ConnectFailure, shown: string) =>
  factsOf({
    request: requestOf(`${target.includes(":") ? `[${target}]` : target}:8000`),
    isLocal: false,
    listeners: [],
    attempts: [failed(target, failure, shown)],
    more: { ...routesTo({ [target]: routeOf("unicast") }), ...neighboursAt({ [target]: "reachable" }) },
  });

describe("REJECTED", () => {
  test.each([
    [
      "10.0.0.5",
      "host-unreachable",
      "EHOSTUNREACH (113)",
      "icmp-host-unreachable, icmp-host-prohibited or icmp-admin-prohibited",
    ],
    ["10.0.0.5", "network-unreachable", "ENETUNREACH (101)", "icmp-net-unreachable or icmp-net-prohibited"],
    ["10.0.0.5", "protocol-unreachable", "ENOPROTOOPT (92)", "icmp-proto-unreachable"],
    ["2001:db8::5", "prohibited", "EACCES (13)", "icmp6-adm-prohibited, icmp6-policy-fail or icmp6-reject-route"],
    ["2001:db8::5", "host-unreachable", "EHOSTUNREACH (113)", "icmp6-addr-unreachable"],
  ] as const)("says of %s and %s which REJECT gives that", (target, failure, shown, kinds) => {
    const finding = onlyFinding(rejectedBy(target, failure, shown));
    expect(finding).toMatchObject({ code: "REJECTED", severity: "blocks" });
    expect(finding.title).toEndWith(`is rejected (${shown}) on the way, there, or by this machine's own rules`);
    expect(finding.remedies[0]?.commands).toContainEqual(["sudo", "nft", "list", "ruleset"]);
    expect(finding.evidence).toContainEqual({ what: `${shown} is what ${kinds} gives`, source: "connect" });
  });

  test("is found where this machine's own server listens, and is refused", () => {
    const request = requestOf("192.168.1.20:8000");
    const finding = onlyFinding(factsOf({ request, attempts: [refused("192.168.1.20")] }));
    expect(finding.title).toBe(
      "192.168.1.20:8000 is rejected (ECONNREFUSED (111)), though uvicorn (pid 4711) listens on 0.0.0.0:8000: a firewall rule of this machine",
    );
    expect(finding.remedies[0]?.commands).toContainEqual(["sudo", "nft", "list", "ruleset"]);
  });

  test("says nothing of REJECT where our own way out is forbidden (EPERM)", () => {
    const finding = onlyFinding(rejectedBy("10.0.0.5", "prohibited", "EPERM (1)"));
    expect(finding.remedies[0]?.what).toContain("security module");
    expect(finding.evidence.map(({ what }) => what).join()).not.toContain("gives");
  });

  test("is silent where another machine refuses: nobody may listen there", () => {
    const attempts = [refused("10.0.0.5")];
    expect(codesOf({ ...rejectedBy("10.0.0.5", "refused", ""), attempts })).toEqual(["REFUSED_REMOTELY"]);
  });

  test("is silent where a forwarder or somebody unseen has the socket: a published port goes past it", () => {
    const request = requestOf("192.168.1.20:8000");
    const attempts = [refused("192.168.1.20")];
    const proxy = ownerOf({ server: "other", forwarder: { by: "docker-proxy" } });
    expect(codesOf(factsOf({ request, attempts, listeners: [listenerOf("0.0.0.0", { owners: [proxy] })] }))).toEqual(
      [],
    );
    expect(codesOf(factsOf({ request, attempts, listeners: [listenerOf("0.0.0.0", { owners: [] })] }))).toEqual([]);
  });

  test("is silent where the route or the neighbour is to blame, or the route was not seen", () => {
    const facts = rejectedBy("10.0.0.5", "host-unreachable", "EHOSTUNREACH (113)");
    expect(codesOf({ ...facts, more: routesTo({ "10.0.0.5": routeOf("unreachable") }) })).toEqual(["ROUTE_REJECTS"]);
    expect(codesOf({ ...facts, more: { ...facts.more, ...neighboursAt({ "10.0.0.5": "failed" }) } })).toEqual([
      "NEIGHBOUR_SILENT",
    ]);
    expect(codesOf({ ...facts, more: {} })).toEqual([]);
  });
});
