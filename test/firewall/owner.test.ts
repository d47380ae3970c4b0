import { describe, expect, test } from "bun:test";
import { parseAddress } from "../../src/core/address.ts";
import { formatCidr } from "../../src/core/cidr.ts";
import type { NetworkInterface } from "../../src/core/network.ts";
import { seen, unseen } from "../../src/core/seen.ts";
import { parseFirewallPrograms } from "../../src/core/firewall-programs.ts";
import { lanNetworks } from "../../src/firewall/lan.ts";
import { type OwnerFacts, findOwner } from "../../src/firewall/owner.ts";
import { parseZones } from "../../src/firewall/write/firewalld-zones.ts";

const NONE: OwnerFacts = {
  system: "linux",
  ufw: seen("absent"),
  firewalld: seen("absent"),
  nftables: seen({ nftables: [] }),
  iptables: seen("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n"),
  pf: unseen("linux has no such firewall"),
  applicationFirewall: unseen("linux has no such firewall"),
};

function inputChain(table: string, name: string, policy: string, family = "inet") {
  return { chain: { family, table, name, type: "filter", hook: "input", prio: 0, policy } };
}

function ownerOf(change: Partial<OwnerFacts>): string {
  const owner = findOwner({ ...NONE, ...change });
  return owner.kind === "backend" ? owner.backend : owner.kind;
}

describe("the owner of the rules", () => {
  test("is a manager before the tools that it drives", () => {
    const rules = { iptables: seen("*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n") };
    expect(ownerOf({ ...rules, ufw: seen("active") })).toBe("ufw");
    expect(ownerOf({ ...rules, firewalld: seen("running") })).toBe("firewalld");
    expect(ownerOf({ ...rules, ufw: seen("inactive"), firewalld: seen("stopped") })).toBe("iptables");
  });

  test("is nft where a chain of this machine's own refuses, and not for tables of others", () => {
    const own = { nftables: [inputChain("filter", "input", "drop")] };
    expect(ownerOf({ nftables: seen(own) })).toBe("nft");
    expect(ownerOf({ nftables: seen({ nftables: [inputChain("filter", "input", "accept")] }) })).toBe("none");
    expect(ownerOf({ nftables: seen({ nftables: [inputChain("f2b-table", "f2b-chain", "drop")] }) })).toBe("none");
    expect(ownerOf({ nftables: seen({ nftables: [inputChain("filter", "INPUT", "drop", "ip")] }) })).toBe("none");
  });

  test("is iptables where somebody filters what docker publishes, and not as docker makes its chain", () => {
    const saved = (...rules: string[]) =>
      seen(`*filter\n:INPUT ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n${rules.join("\n")}\nCOMMIT\n`);
    const made = "-A DOCKER-USER -j RETURN";
    expect(ownerOf({ iptables: saved("-A DOCKER-USER -i eth0 -p tcp -j DROP", made) })).toBe("iptables");
    expect(ownerOf({ iptables: saved(made) })).toBe("none");
  });

  test("is nobody where nothing is refused, and not known where the rules can't be read", () => {
    expect(ownerOf({})).toBe("none");
    expect(findOwner({ ...NONE, iptables: unseen("only root may", "run it with sudo") })).toEqual({
      kind: "unknown",
      because: "only root may",
      hint: "run it with sudo",
    });
    expect(ownerOf({ ufw: seen("active"), iptables: unseen("only root may") })).toBe("ufw");
  });

  test("of other systems is what they have", () => {
    const mac = { system: "macos", pf: seen(true), applicationFirewall: seen(false) } as const;
    expect(ownerOf({ system: "windows" })).toBe("netsh");
    expect(ownerOf(mac)).toBe("pf");
    expect(ownerOf({ ...mac, applicationFirewall: seen(true) })).toBe("application-firewall");
    expect(ownerOf({ ...mac, pf: unseen("only root may") })).toBe("unknown");
  });
});

describe("the networks that `lan` stands for", () => {
  const card = (name: string, ...addresses: [string, number][]): NetworkInterface => ({
    index: 1,
    name,
    up: true,
    loopback: name === "lo",
    wireless: false,
    addresses: addresses.map(([text, prefix]) => ({ address: parseAddress(text)!, prefix })),
  });

  test("are those of real interfaces, each once, and no single addresses", () => {
    const cards = [
      card("lo", ["127.0.0.1", 8]),
      card("eth0", ["192.168.1.10", 24], ["192.168.1.11", 32], ["fe80::1%2", 64]),
      card("wlan0", ["192.168.1.12", 24], ["10.1.2.3", 16], ["fe80::2%3", 64]),
      card("tun0", ["10.8.0.2", 32]),
      card("docker0", ["172.17.0.1", 16]),
    ];
    expect(lanNetworks(cards).map(formatCidr)).toEqual(["192.168.1.0/24", "fe80::/64", "10.1.0.0/16"]);
    expect(lanNetworks(cards, "docker0").map(formatCidr)).toEqual(["172.17.0.0/16"]);
  });
});

describe("what tools print", () => {
  test("zones of firewalld are read with their sources and rich rules", () => {
    const text = [
      "home",
      "  target: default",
      "  interfaces: ",
      "  sources: 10.0.0.0/8 ipset:friends",
      "  rich rules: ",
      "",
      "public (active)",
      "  target: default",
      "  interfaces: eth0 wlan0",
      "  sources: ",
      "  rich rules: ",
      '\trule priority="-1" family="ipv4" port port="8000" protocol="tcp" drop',
      '\trule service name="http" accept',
      "",
    ].join("\n");
    expect(parseZones(text)).toEqual([
      { name: "home", interfaces: [], sources: ["10.0.0.0/8", "ipset:friends"], richRules: [] },
      {
        name: "public",
        interfaces: ["eth0", "wlan0"],
        sources: [],
        richRules: [
          'rule priority="-1" family="ipv4" port port="8000" protocol="tcp" drop',
          'rule service name="http" accept',
        ],
      },
    ]);
  });

  test("programs of the application firewall are read with what it does to them", () => {
    const text = [
      "Total number of apps = 2 ",
      "1 : /usr/local/libexec/remotepairingdeviced ",
      "             (Allow incoming connections)",
      "2 : /opt/My App/node ",
      "             (Block incoming connections)",
    ].join("\n");
    expect([...parseFirewallPrograms(text)]).toEqual([
      ["/usr/local/libexec/remotepairingdeviced", "allowed"],
      ["/opt/My App/node", "blocked"],
    ]);
  });
});
