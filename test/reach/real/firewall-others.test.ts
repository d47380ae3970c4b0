import { describe, expect, test } from "bun:test";
import { need } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { describeServer } from "../../servers/find-server.ts";
import { chain, load } from "./nft-rules.ts";
import { joinNamespaces, needOwnServers, programOf, startServer } from "./own-server.ts";
import { OURS, Pair, THEIRS } from "./pair.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

const ASK_LAN = ["--from", "lan"];

/** What the other machine's own connection met. */
async function verdictThere(pair: Pair): Promise<string> {
  return (await reach([`${OURS}:${pair.port}`, "--timeout", "1500ms"], { within: pair.there })).verdict;
}

function groupEarly(): void {
  describe("DROPPED_BEFORE_INPUT", () => {
    test("is named for a rule of the table raw, and its deletion mends it", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const drop = ["-i", "lan0", "-p", "tcp", "--dport", `${pair.port}`, "-j", "DROP"];
      pair.here.run("iptables-nft", "-t", "raw", "-A", "PREROUTING", ...drop);
      pair.here.run("iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", `${pair.port}`, "-j", "ACCEPT");
      expect(await verdictThere(pair)).toBe("unreachable");
      const reached = await pair.reach("PORT", ...ASK_LAN);
      expectBlocked(reached, "DROPPED_BEFORE_INPUT", /is rule 1 of chain PREROUTING \(iptables raw\)/);
      const [, , ...rest] = reached.findings[0]?.remedies.at(-1)?.commands[0] ?? [];
      pair.here.run("iptables-nft", ...rest);
      expectHealthy(await pair.reach("PORT", ...ASK_LAN));
      expect(await verdictThere(pair)).toBe("reachable");
    });

    test("is named for a chain of the device itself, and for no other device", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const ingress = (device: string) =>
        load(
          pair.here,
          `table netdev early {\nchain ${device} {\ntype filter hook ingress device "${device}" priority 0; policy accept;\ntcp dport ${pair.port} drop\n}\n}`,
        );
      pair.here.ip("link", "add", "other0", "type", "veth", "peer", "name", "other1");
      ingress("other0");
      expectHealthy(await pair.reach("PORT", ...ASK_LAN));
      ingress("lan0");
      expect(await verdictThere(pair)).toBe("unreachable");
      expectBlocked(await pair.reach("PORT", ...ASK_LAN), "DROPPED_BEFORE_INPUT", /chain lan0 \(nft netdev early\)/);
    });
  });
}

function groupXdp(): void {
  test("XDP_PROGRAM is named where no answer comes in by it, and leaves open what it does with others", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    await startServer(pair.there, "0.0.0.0", pair.port);
    expectHealthy(await pair.reach(`${THEIRS}:PORT`));
    expectHealthy(await pair.reach("PORT", ...ASK_LAN));
    await pair.here.start("python3", programOf("xdp.py"), "lan0");
    const reached = await pair.reach(`${THEIRS}:PORT`, "--timeout", "1500ms");
    expectBlocked(reached, "XDP_PROGRAM", /lan0 has the XDP program \d+/);
    const asked = await pair.reach("PORT", ...ASK_LAN);
    expect([asked.verdict, asked.notMade.map(({ what }) => what)]).toEqual([
      "unknown",
      [expect.stringMatching(/what the XDP program \d+ on lan0 does/) as string],
    ]);
  });
}

const MULLVAD = `table inet mullvad {
  chain input { type filter hook input priority 0; policy drop;
    iifname "lo" accept
    iifname "wg0-mullvad" accept
  }
  chain output { type filter hook output priority 0; policy drop;
    oifname "lo" accept
    oifname "wg0-mullvad" accept
    reject
  }
}`;

function groupVpn(): void {
  describe("VPN_KILL_SWITCH", () => {
    test("is named for the way out and for those of the LAN, and not where the local network may pass", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      await startServer(pair.there, "0.0.0.0", pair.port);
      load(pair.here, MULLVAD);
      const out = await pair.reach(`${THEIRS}:PORT`, "--timeout", "1500ms");
      expectBlocked(out, "VPN_KILL_SWITCH", /chain output \(nft inet mullvad\)/);
      expect(out.findings[0]?.remedies[0]?.commands[0]).toEqual(["mullvad", "lan", "set", "allow"]);
      expectBlocked(await pair.reach("PORT", ...ASK_LAN), "VPN_KILL_SWITCH", /chain input \(nft inet mullvad\)/);
      expectHealthy(await pair.reach("PORT"));
      for (const [hook, end] of [
        ["input", "saddr"],
        ["output", "daddr"],
      ] as const) {
        pair.here.run("nft", "insert", "rule", "inet", "mullvad", hook, "ip", end, "192.168.82.0/24", "accept");
      }
      expectHealthy(await pair.reach(`${THEIRS}:PORT`));
      expectHealthy(await pair.reach("PORT", ...ASK_LAN));
    });

    test("is named for the rule of wg-quick's manual", async () => {
      using pair = new Pair();
      await startServer(pair.there, "0.0.0.0", pair.port);
      const rule = "! -o wg0 -m mark ! --mark 0xca6c -m addrtype ! --dst-type LOCAL -j REJECT";
      pair.here.run("iptables-nft", "-A", "OUTPUT", ...rule.split(" "));
      expectBlocked(await pair.reach(`${THEIRS}:PORT`), "VPN_KILL_SWITCH", /! -o wg0/);
    });
  });
}

function groupAnswers(): void {
  test("ANSWER_DROPPED is named where the packets are not tracked, so that an answer is none", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    const port = `${pair.port}`;
    const add = (...rule: readonly string[]) => pair.here.run("iptables-nft", ...rule);
    add("-A", "OUTPUT", "-o", "lo", "-j", "ACCEPT");
    add("-A", "OUTPUT", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT");
    add("-P", "OUTPUT", "DROP");
    expectHealthy(await pair.reach("PORT", ...ASK_LAN));
    add("-t", "raw", "-A", "PREROUTING", "-i", "lan0", "-p", "tcp", "--dport", port, "-j", "CT", "--notrack");
    add("-t", "raw", "-A", "OUTPUT", "-o", "lan0", "-p", "tcp", "--sport", port, "-j", "CT", "--notrack");
    expect(await verdictThere(pair)).toBe("unreachable");
    expectBlocked(await pair.reach("PORT", ...ASK_LAN), "ANSWER_DROPPED", /-P OUTPUT DROP/);
  });

  test("BANNED is named where fail2ban has a chain of iptables", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    const add = (...rule: readonly string[]) => pair.here.run("iptables-nft", ...rule);
    add("-N", "f2b-sshd");
    add("-A", "f2b-sshd", "-s", THEIRS, "-j", "REJECT", "--reject-with", "icmp-port-unreachable");
    add("-A", "f2b-sshd", "-j", "RETURN");
    add("-I", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", `22,${pair.port}`, "-j", "f2b-sshd");
    expect(await verdictThere(pair)).toBe("unreachable");
    expectBlocked(await pair.reach("PORT", "--from", THEIRS), "BANNED", /rule 1 of chain f2b-sshd/);
    expectHealthy(await pair.reach("PORT", "--from", "192.168.82.31"));
  });

  test("FIREWALL_DROPS shows what another table accepted in vain", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    chain(pair.here, "input", `tcp dport ${pair.port} accept`);
    load(
      pair.here,
      "table ip late { chain in { type filter hook input priority 10; policy drop;\n iifname lo accept\n }\n }",
    );
    const reached = await pair.reach("PORT", ...ASK_LAN);
    expectBlocked(reached, "FIREWALL_DROPS", /is the policy of chain in \(nft ip late\)/);
    expectBlocked(
      reached,
      "FIREWALL_DROPS",
      /accepted before, which helps nothing here: .*chain input \(nft inet tests\)/,
    );
  });
}

function groupDocker(proxy: string): void {
  test("DOCKER_CHAINS_GONE warns once something flushed docker's rules", async () => {
    using pair = new Pair();
    using inner = new OwnNamespace();
    joinNamespaces([pair.here, "172.17.0.1/16", "docker0"], [inner, "172.17.0.2/16", "eth0"]);
    inner.ip("route", "add", "default", "via", "172.17.0.1");
    pair.here.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    await startServer(inner, "0.0.0.0", 80);
    const words = `-proto tcp -host-ip 0.0.0.0 -host-port ${pair.port} -container-ip 172.17.0.2 -container-port 80`;
    await pair.here.start("sh", "-c", 'exec "$0" "$@" 3>&1', proxy, ...words.split(" "));
    const add = (table: string, ...rule: readonly string[]) => pair.here.run("iptables-nft", "-t", table, ...rule);
    add("nat", "-N", "DOCKER");
    const dnat = ["-p", "tcp", "--dport", `${pair.port}`, "-j", "DNAT", "--to-destination", "172.17.0.2:80"];
    add("nat", "-A", "DOCKER", "!", "-i", "docker0", ...dnat);
    for (const base of ["PREROUTING", "OUTPUT"])
      add("nat", "-A", base, "-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER");
    expectHealthy(await pair.reach(`${OURS}:PORT`, ...ASK_LAN));
    pair.here.run("nft", "flush", "ruleset");
    const reached = await pair.reach(`${OURS}:PORT`, ...ASK_LAN);
    expectWarned(reached, "DOCKER_CHAINS_GONE", /docker-proxy \(pid \d+\) has port/);
    expect(await verdictThere(pair)).toBe("reachable");
  });
}

const canRun = needOwnServers() && need("nft", "iptables-nft");
if (canRun) {
  describe("before every other rule,", groupEarly);
  describe("beside a VPN,", groupVpn);
  if (need("python3")) describe("below all tables,", groupXdp);
  describe("of what is not seen at once,", groupAnswers);
  describeServer("docker-proxy", groupDocker);
}
