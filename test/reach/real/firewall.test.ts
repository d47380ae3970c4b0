import { describe, expect, test } from "bun:test";
import { need } from "../../need.ts";
import { chain, load } from "./nft-rules.ts";
import { joinNamespaces, needOwnServers, startServer } from "./own-server.ts";
import { OURS, Pair, THEIRS } from "./pair.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

const ASK_LAN = ["--from", "lan"];

function groupHere(): void {
  describe("FIREWALL_DROPS", () => {
    test("names a rule of nft that drops this machine's own connection, and its deletion mends it", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      chain(pair.here, "input", `tcp dport ${pair.port} drop`);
      const reached = await pair.reach("PORT", "--timeout", "1500ms");
      expectBlocked(
        reached,
        "FIREWALL_DROPS",
        /tcp dport \d+ drop.* is rule 1 of chain input \(nft inet tests\), handle \d+/,
      );
      const command = reached.findings[0]?.remedies[0]?.commands[0] ?? [];
      expect(command.slice(0, 4)).toEqual(["sudo", "nft", "delete", "rule"]);
      pair.here.run(...command.slice(1));
      expectHealthy(await pair.reach("PORT"));
    });

    test.each(["iptables-nft", "iptables-legacy"])("names a rule of %s", async (tool) => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      pair.here.run(tool, "-A", "INPUT", "-p", "tcp", "--dport", `${pair.port}`, "-j", "DROP");
      const reached = await pair.reach("PORT", "--timeout", "1500ms");
      expectBlocked(reached, "FIREWALL_DROPS", /-A INPUT .*-j DROP.* is rule 1 of chain INPUT/);
      expect((await pair.reach("PORT", ...ASK_LAN)).verdict).toBe("unreachable");
    });

    test("names the rule of another table, though the first one accepts", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      chain(pair.here, "input", `tcp dport ${pair.port} accept`, "priority 0; policy drop;");
      load(
        pair.here,
        `table ip other { chain late { type filter hook input priority 10; policy accept;\n tcp dport ${pair.port} drop\n }\n }`,
      );
      const reached = await pair.reach("PORT", ...ASK_LAN);
      expectBlocked(reached, "FIREWALL_DROPS", /chain late \(nft ip other\)/);
      expect(reached.findings[0]?.title).toContain(
        `this LAN to ${OURS}:${pair.port} is dropped by rule 1 of chain late`,
      );
    });

    test("names our own way out to another machine", async () => {
      using pair = new Pair();
      await startServer(pair.there, "0.0.0.0", pair.port);
      chain(pair.here, "output", `tcp dport ${pair.port} drop`);
      const reached = await pair.reach(`${THEIRS}:PORT`, "--timeout", "1500ms");
      expectBlocked(reached, "FIREWALL_DROPS", /chain output/);
    });

    test("says what a silent UDP port can't tell by itself", async () => {
      using pair = new Pair();
      chain(pair.here, "input", `udp dport ${pair.port} drop`);
      expectBlocked(await pair.reach("PORT/udp"), "FIREWALL_DROPS", /udp dport \d+ drop/);
    });
  });

  describe("FIREWALL_REJECTS", () => {
    test.each([
      ["tcp reset", "ECONNREFUSED"],
      ["icmp port-unreachable", "ECONNREFUSED"],
      ["icmp host-unreachable", "EHOSTUNREACH"],
      ["icmp host-prohibited", "EHOSTUNREACH"],
      ["icmp admin-prohibited", "EHOSTUNREACH"],
      ["icmp net-unreachable", "ENETUNREACH"],
      ["icmp net-prohibited", "ENETUNREACH"],
      ["icmp prot-unreachable", "ENOPROTOOPT"],
    ])("names the rule: reject with %s is %s", async (kind, errno) => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const how = kind.startsWith("icmp") ? kind.replace(" ", " type ") : kind;
      chain(pair.here, "input", `ip daddr 127.0.0.1 tcp dport ${pair.port} reject with ${how}`);
      const reached = await pair.reach("127.0.0.1:PORT");
      expectBlocked(reached, "FIREWALL_REJECTS", /rule 1 of chain input/);
      expect(reached.findings[0]?.title).toContain(errno);
    });

    test.each([
      ["admin-prohibited", "EACCES"],
      ["addr-unreachable", "EHOSTUNREACH"],
      ["no-route", "ENETUNREACH"],
      ["port-unreachable", "ECONNREFUSED"],
    ])("does so for IPv6: reject with %s is %s", async (kind, errno) => {
      using pair = new Pair();
      await startServer(pair.here, "::", pair.port);
      chain(pair.here, "input", `ip6 daddr ::1 tcp dport ${pair.port} reject with icmpv6 type ${kind}`);
      const reached = await pair.reach("[::1]:PORT");
      expectBlocked(reached, "FIREWALL_REJECTS", /rule 1 of chain input/);
      expect(reached.findings[0]?.title).toContain(errno);
    });
  });

  describe("LOOPBACK_NOT_EXEMPT", () => {
    test.each([
      ["input", "priority 0; policy drop;", "ct state established accept"],
      ["output", "priority 0; policy drop;", "ct state established accept"],
    ])(
      "is named where the policy of %s stops the machine itself, and its remedy mends it",
      async (hook, options, body) => {
        using pair = new Pair();
        await startServer(pair.here, "0.0.0.0", pair.port);
        chain(pair.here, hook, body, options);
        const reached = await pair.reach("PORT", "--timeout", "1500ms");
        expectBlocked(reached, "LOOPBACK_NOT_EXEMPT", new RegExp(`policy drop.* is the policy of chain ${hook}`));
        pair.here.run(...(reached.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
        expectHealthy(await pair.reach("PORT"));
      },
    );
  });
}

function groupOthers(): void {
  describe("ANSWER_DROPPED", () => {
    test("is named where the SYN-ACK does not get out", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      chain(pair.here, "output", `oifname lan0 tcp sport ${pair.port} drop`);
      const reached = await pair.reach("PORT", ...ASK_LAN);
      expectBlocked(reached, "ANSWER_DROPPED", /tcp sport \d+ drop/);
      expect((await reach([`${OURS}:${pair.port}`, "--timeout", "1500ms"], { within: pair.there })).verdict).toBe(
        "unreachable",
      );
    });
  });

  describe("BANNED", () => {
    const rules = (port: number, members: string) => `table inet f2b-table {
      set addr-set-sshd { type ipv4_addr; ${members}
      }
      chain f2b-chain { type filter hook input priority -1; policy accept;
        tcp dport ${port} ip saddr @addr-set-sshd reject with icmp port-unreachable
      }
    }`;

    test("is named for the address that is in the set, and for no other", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      load(pair.here, rules(pair.port, `elements = { ${THEIRS} };`));
      const reached = await pair.reach("PORT", "--from", THEIRS);
      expectBlocked(reached, "BANNED", /ip saddr @addr-set-sshd/);
      expect(reached.findings[0]?.remedies[0]?.commands[0]).toEqual(["sudo", "fail2ban-client", "unban", THEIRS]);
      expectHealthy(await pair.reach("PORT", "--from", "192.168.82.31"));
    });
  });

  describe("TAILSCALE_RANGE", () => {
    test("is named for clients of carrier-grade NAT", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      pair.here.ip("route", "add", "100.64.0.0/10", "via", THEIRS);
      pair.here.run("iptables-nft", "-N", "ts-input");
      pair.here.run("iptables-nft", "-A", "INPUT", "-j", "ts-input");
      pair.here.run("iptables-nft", "-A", "ts-input", "-s", "100.64.0.0/10", "!", "-i", "tailscale0", "-j", "DROP");
      expectBlocked(await pair.reach("PORT", "--from", "100.65.1.2"), "TAILSCALE_RANGE", /ts-input/);
      expectHealthy(await pair.reach("PORT", "--from", THEIRS));
    });
  });

  describe("RULE_BEHIND_REJECT", () => {
    test("is named where the allow comes last, and its remedy mends it", async () => {
      using pair = new Pair();
      await startServer(pair.here, "0.0.0.0", pair.port);
      const add = (...rule: readonly string[]) => pair.here.run("iptables-nft", "-A", "INPUT", ...rule);
      add("-i", "lo", "-j", "ACCEPT");
      add("-j", "REJECT", "--reject-with", "icmp-host-prohibited");
      add("-p", "tcp", "-m", "tcp", "--dport", `${pair.port}`, "-j", "ACCEPT");
      const reached = await pair.reach("PORT", ...ASK_LAN);
      expectBlocked(reached, "RULE_BEHIND_REJECT", /is rule 3 of chain INPUT/);
      const [, , ...rest] = reached.findings[0]?.remedies[0]?.commands[0] ?? [];
      pair.here.run("iptables-nft", ...rest);
      expectHealthy(await pair.reach("PORT", ...ASK_LAN));
      expectHealthy(await reach([`${OURS}:${pair.port}`], { within: pair.there }));
    });
  });

  describe("CONTAINER_TO_HOST", () => {
    test("is named where the containers' network comes in like a stranger", async () => {
      using pair = new Pair();
      joinNamespaces([pair.here, "172.17.0.1/16", "docker0"], [pair.there, "172.17.0.2/16", "eth0"]);
      await startServer(pair.here, "0.0.0.0", pair.port);
      pair.here.run("iptables-nft", "-N", "ufw-before-input");
      pair.here.run("iptables-nft", "-A", "INPUT", "-j", "ufw-before-input");
      pair.here.run("iptables-nft", "-A", "ufw-before-input", "-i", "lo", "-j", "ACCEPT");
      pair.here.run("iptables-nft", "-P", "INPUT", "DROP");
      const reached = await pair.reach("PORT", "--from", "container");
      expectBlocked(reached, "CONTAINER_TO_HOST", /-P INPUT DROP/);
      expect(reached.findings[0]?.title).toContain("by ufw: the policy of chain INPUT");
      pair.here.run("iptables-nft", "-I", "INPUT", "-i", "docker0", "-j", "ACCEPT");
      pair.here.run("iptables-nft", "-I", "INPUT", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT");
      expectHealthy(await pair.reach("PORT", "--from", "container"));
    });
  });
}

const canRun = needOwnServers() && need("nft", "iptables-nft", "iptables-legacy");
if (canRun) describe("of this machine's own rules,", groupHere);
if (canRun) describe("for others who connect,", groupOthers);
