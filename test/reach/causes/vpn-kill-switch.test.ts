import { describe, expect, test } from "bun:test";
import { connected, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { ruledBy } from "./ruled.ts";

const here = { request: requestOf("192.168.1.20:8000"), attempts: [timedOut("192.168.1.20")] };
const lan = {
  request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
  attempts: [connected("192.168.1.20")],
};
const TUNNEL = ":OUTPUT DROP [0:0]\n-A OUTPUT -o tun0 -j ACCEPT";

describe("VPN_KILL_SWITCH", () => {
  test("is found where what does not leave by the tunnel is dropped, for this machine and for the answers to others", () => {
    const own = onlyFinding(ruledBy(TUNNEL, "192.168.1.20", { facts: here }));
    expect(own).toMatchObject({ code: "VPN_KILL_SWITCH", severity: "blocks" });
    const others = onlyFinding(ruledBy(TUNNEL, "192.168.1.20", { client: "192.168.1.7", facts: lan }));
    expect([others.code, others.title]).toEqual([
      "VPN_KILL_SWITCH",
      "this LAN to 192.168.1.20:8000 comes in, and the answer is dropped by the policy of chain OUTPUT (iptables filter): a VPN lets nothing past its tunnel",
    ]);
  });

  test("is found by wg-quick's own rule, and by a VPN's comment, whose setting is named", () => {
    const quick =
      ":OUTPUT ACCEPT [0:0]\n-A OUTPUT ! -o wg0 -m mark ! --mark 0xca6c -m addrtype ! --dst-type LOCAL -j REJECT";
    const asked = { client: "192.168.1.7", facts: lan };
    expect(codesOf(ruledBy(quick, "192.168.1.20", asked))).toEqual(["VPN_KILL_SWITCH"]);
    const nord = onlyFinding(
      ruledBy(":INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment nordvpn -j DROP", "192.168.1.20", asked),
    );
    expect(nord.remedies[0]?.commands).toEqual([["nordvpn", "set", "lan-discovery", "on"]]);
  });

  test("is silent where the local network may pass, and where a policy has nothing to do with a tunnel", () => {
    const passes = `${TUNNEL}\n-A OUTPUT -d 192.168.1.0/24 -j ACCEPT`;
    expect(codesOf(ruledBy(passes, "192.168.1.20", { client: "192.168.1.7", facts: lan }))).toEqual([]);
    const plain = ":OUTPUT DROP [0:0]\n-A OUTPUT -o wlan0 -j ACCEPT";
    expect(codesOf(ruledBy(plain, "192.168.1.20", { facts: here }))).toEqual(["LOOPBACK_NOT_EXEMPT"]);
    const server = ":INPUT DROP [0:0]\n-A INPUT -i wg0 -j ACCEPT";
    expect(codesOf(ruledBy(server, "192.168.1.20", { client: "192.168.1.7", facts: lan }))).toEqual(["FIREWALL_DROPS"]);
  });
});
