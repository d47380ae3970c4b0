import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { connected, factsOf, failed, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { routeOf, routesTo } from "./network.ts";

const remote = (target: string, attempt = timedOut(target)) =>
  factsOf({
    request: requestOf(`${target}:8000`),
    isLocal: false,
    listeners: [],
    attempts: [attempt],
    more: routesTo({ [target]: routeOf("unicast", { source: requireAddress("192.168.1.20") }) }),
  });

describe("DROPPED", () => {
  test("is found where nothing came back for two SYNs, and asks the other machine", () => {
    const finding = onlyFinding(remote("10.0.0.5"));
    expect(finding).toMatchObject({
      code: "DROPPED",
      severity: "blocks",
      title:
        "10.0.0.5:8000 does not answer: it is off, or something on the way or there drops the packets or the answers",
    });
    expect(finding.evidence[0]?.what).toBe("10.0.0.5:8000: 2 SYNs within 2000 ms, and nothing came back");
    expect(finding.remedies[0]?.what).toStartWith("see whether 10.0.0.5 is on, ");
    expect(finding.remedies[0]?.what).toContain("`portguard reach 8000 --from 192.168.1.20`");
  });

  test("is found where the system itself gave up", () => {
    expect(onlyFinding(remote("10.0.0.5", failed("10.0.0.5", "timed-out", "ETIMEDOUT (110)"))).code).toBe("DROPPED");
  });

  test("names a cloud provider's firewall only where the address is public", () => {
    const textOf = (target: string) =>
      onlyFinding(remote(target))
        .remedies.map(({ what }) => what)
        .join();
    expect(textOf("203.0.113.9")).toContain("security group");
    expect(textOf("10.0.0.5")).not.toContain("security group");
  });

  test("says of this machine that a rule of its own drops it, though a server listens", () => {
    const attempts = [timedOut("127.0.0.1"), refused("::1"), connected("192.168.1.20")];
    expect(onlyFinding(factsOf({ attempts })).title).toBe(
      "127.0.0.1:8000 does not answer at all, though uvicorn (pid 4711) listens on 0.0.0.0:8000: something on this machine drops the packets or the answers",
    );
  });

  test("only warns where another address of the name answers", () => {
    const request = requestOf("app.example:8000");
    const attempts = [timedOut("2001:db8::9"), connected("203.0.113.9")];
    expect(onlyFinding({ ...remote("203.0.113.9"), request, attempts }).severity).toBe("warning");
  });

  test("is silent where it was asked once only: a packet may get lost", () => {
    expect(codesOf(remote("10.0.0.5", timedOut("10.0.0.5", { syns: 1 })))).toEqual([]);
  });

  test("is silent of UDP, whose silence says nothing", () => {
    const request = requestOf("10.0.0.5:8000", { protocol: "udp" });
    const to = { protocol: "udp", address: requireAddress("10.0.0.5"), port: 8000, dual: false } as const;
    const datagrams = [{ to, as: "10.0.0.5", outcome: { kind: "silent", afterMs: 2000 } as const }];
    expect(codesOf({ ...remote("10.0.0.5"), request, attempts: [], datagrams })).toEqual([]);
  });
});
