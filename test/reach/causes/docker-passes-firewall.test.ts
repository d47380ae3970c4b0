import { describe, expect, test } from "bun:test";
import { connected, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const asked = { client: "192.168.1.7", facts: lan };

const nat =
  "*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n";
const ufw = (action: string) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:ufw-user-input - [0:0]\n-A INPUT -j ufw-user-input\n-A ufw-user-input -p tcp -m tcp --dport 8000 -j ${action}`;

describe("DOCKER_PASSES_FIREWALL", () => {
  test("warns where ufw denies the port and docker's translation passes it by", () => {
    const finding = onlyFinding(ruledBy(nat + ufw("DROP"), "192.168.1.20", asked));
    expect(finding).toMatchObject({ code: "DOCKER_PASSES_FIREWALL", severity: "warning" });
    expect(finding.title).toContain(
      "goes on to the container 172.17.0.2:80, though ufw: rule 1 of chain ufw-user-input",
    );
  });

  test("is silent where ufw allows it anyway", () => {
    expect(codesOf(ruledBy(nat + ufw("ACCEPT"), "192.168.1.20", asked))).toEqual([]);
  });
});
