import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../../src/core/address.ts";
import { seen } from "../../../src/core/seen.ts";
import { decideVerdict } from "../../../src/reach/verdict.ts";
import { listLinuxWays } from "../../../src/reach/reading/stopped.ts";
import { factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const rules = (port: number) =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport ${port} -j REDIRECT --to-ports 3000`;

/** Nobody listens here, and these rules are what others meet. */
function askedHere(port: number, listeners = factsOf().listeners.slice(1), text = rules(port)) {
  const outside = listLinuxWays(ruledBy(text, "192.168.1.20", { client: "192.168.1.7" }));
  const attempts = [refused("127.0.0.1"), refused("::1")];
  const firewall = seen({ ways: [], outside, missing: [] });
  return factsOf({ request: requestOf("8000"), attempts, listeners, more: { firewall, neighbours: seen([]) } });
}

describe("REDIRECT_FROM_OUTSIDE_ONLY", () => {
  test("is found where others are redirected, and this machine is refused", () => {
    const finding = onlyFinding(askedHere(8000));
    expect(finding.title).toBe(
      "port 8000 is redirected to 192.168.1.20:3000 for others only: this machine's own connections to it are refused",
    );
  });

  test("is found where a rule stops others on that way, too, and says so", () => {
    const dnat =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n";
    const stop =
      "*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j DROP";
    const finding = onlyFinding(askedHere(8000, [], dnat + stop));
    expect(finding.title).toContain("port 8000 is redirected to 172.17.0.2:80 for others only");
    expect(finding.evidence.at(-1)?.what).toStartWith(
      "others are stopped, too: dropped by rule 1 of chain DOCKER-USER",
    );
  });

  test("is silent where another port is redirected, and where somebody listens on this one", () => {
    expect(codesOf(askedHere(8001))).toEqual(["NO_LISTENER"]);
    expect(codesOf(askedHere(8000, [listenerOf("192.168.1.20")]))).not.toContain("REDIRECT_FROM_OUTSIDE_ONLY");
  });

  test("is no matter to others: that nobody listens on the port itself does not keep them out", () => {
    const from = { kind: "network", address: requireAddress("192.168.1.7"), prefix: 32 } as const;
    const request = requestOf("8000", { from });
    const askedFor = (port: number) => {
      const facts = { request, attempts: [refused("192.168.1.20")], listeners: [], more: { neighbours: seen([]) } };
      return ruledBy(rules(port), "192.168.1.20", { client: "192.168.1.7", facts });
    };
    expect(codesOf(askedFor(8001))).toEqual(["NO_LISTENER"]);
    expect(codesOf(askedFor(8000))).toEqual([]);
    expect(decideVerdict(askedFor(8000), [])).toBe("unknown");
  });
});
