import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import type { Attempt } from "../../../src/core/diagnosis.ts";
import { listNotes } from "../../../src/reach/notes.ts";
import { decideVerdict } from "../../../src/reach/verdict.ts";
import { connected, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const NAT =
  "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n";
const DOCKER_USER =
  "*filter\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -i eth0 -j DROP";

/** Others are sent on to 172.17.0.2:80, where our own connection met this; ours to 192.168.1.20:8000 was refused. */
function asked(met: Attempt, rules = NAT) {
  const facts = {
    request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
    attempts: [refused("192.168.1.20")],
    listeners: [],
    more: { neighbours: seen([]), namespaces: seen([]) },
  };
  return ruledBy(rules, "192.168.1.20", { client: "192.168.1.7", beside: { behind: [met] }, facts });
}

const at80 = (attempt: Attempt): Attempt => ({ ...attempt, to: { ...attempt.to, port: 80 } });

describe("SENT_ON_TO_NOBODY", () => {
  test("is found where the other end refuses, with the rule that sends there", () => {
    const facts = asked(at80(refused("172.17.0.2")));
    const finding = onlyFinding(facts);
    expect([finding.code, finding.severity, finding.title]).toEqual([
      "SENT_ON_TO_NOBODY",
      "blocks",
      "192.168.1.20:8000 is sent on to 172.17.0.2:80, where nobody takes it",
    ]);
    expect(finding.evidence.map(({ what }) => what).join()).toContain("--to-destination 172.17.0.2:80` is rule 1");
  });

  test("is silent where somebody answers there: that is reachable, and where it goes is told", () => {
    const facts = asked(at80(connected("172.17.0.2")));
    expect(codesOf(facts)).toEqual([]);
    expect(decideVerdict(facts, [])).toBe("reachable");
    expect(listNotes(facts, "reachable")).toContain("192.168.1.20:8000 is sent on to 172.17.0.2:80: it answers");
  });

  test("leaves it open where the other end is silent to this machine", () => {
    const facts = asked(at80(timedOut("172.17.0.2")));
    expect(codesOf(facts)).toEqual([]);
    expect(decideVerdict(facts, [])).toBe("unknown");
    expect(listNotes(facts, "unknown").at(-1)).toEndWith(
      "is sent on to 172.17.0.2:80: it does not answer this machine",
    );
  });

  test("is silent where a rule stops it on the way: that rule is the cause, and no listener of this machine is missed", () => {
    const facts = asked(at80(refused("172.17.0.2")), NAT + DOCKER_USER);
    const finding = onlyFinding(facts);
    expect(finding.code).toBe("FIREWALL_DROPS");
    expect(finding.evidence.map(({ what }) => what)).toContain("on its way to 172.17.0.2:80, where it is sent on to");
  });
});
