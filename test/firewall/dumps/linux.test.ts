import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { requireAddress } from "../../../src/core/address.ts";
import { listed, saved } from "../ask.ts";
import { askOf } from "./ask.ts";

const verdictOf = (...of: Parameters<typeof askOf>) => askOf(...of).verdict;
const NO_NFT = `{"nftables":[{"metainfo":{"version":"1.0.6"}}]}`;

describe("what is not said is asked for each case that the rules tell apart", () => {
  test("an interface that makes no difference need not be said", () => {
    const rules = saved(":INPUT DROP [0:0]", "-A INPUT -i lo -j ACCEPT", "-A INPUT -i eth7 -p udp -j ACCEPT");
    expect(verdictOf(rules)).toBe("drop");
  });

  test("one that makes a difference leaves it open, and both sides are told", () => {
    const rules = saved(":INPUT DROP [0:0]", "-A INPUT -i eth7 -p tcp -j ACCEPT");
    const { verdict, because } = askOf(rules);
    expect(verdict).toBe("unknown");
    expect(because).toBe("by eth0 it is dropped, and by eth7 it is let through: `--in` says which is meant");
    expect(verdictOf(rules, undefined, { interface: "eth7" })).toBe("accept");
    expect(verdictOf(rules, undefined, { interface: "eth0" })).toBe("drop");
  });

  test("a group of interfaces is one, too", () => {
    const rules = saved("-A INPUT -i wl+ -p tcp -j DROP");
    expect(askOf(rules).because).toContain("by wl0 it is dropped");
  });

  test("those of containers are not where others come in, which is said", () => {
    const rules = saved(":INPUT DROP [0:0]", "-A INPUT -i docker0 -j ACCEPT");
    const { verdict, assumed } = askOf(rules);
    expect([verdict, assumed]).toEqual([
      "drop",
      expect.arrayContaining(["it comes from outside, and not by docker0"]) as unknown as string[],
    ]);
    expect(verdictOf(rules, undefined, { interface: "docker0" })).toBe("accept");
  });

  test("an address that makes a difference leaves it open, be it in an answer", () => {
    for (const rule of ["-A INPUT -d 192.168.1.20/32 -p tcp -j DROP", "-A OUTPUT -s 192.168.1.20/32 -p tcp -j DROP"]) {
      const { verdict, because } = askOf(saved(rule));
      expect([verdict, because]).toEqual([
        "unknown",
        expect.stringContaining("to 192.168.1.20 it is dropped") as string,
      ]);
      expect(because).toContain("`--to` says");
      expect(verdictOf(saved(rule), undefined, { to: requireAddress("192.168.1.20") })).toBe("drop");
      expect(verdictOf(saved(rule), undefined, { to: requireAddress("192.168.1.21") })).toBe("accept");
    }
  });

  test("the loopback and what is translated to are no addresses that others mean", () => {
    const rules = saved("-A INPUT -d 127.0.0.0/8 -p tcp -j DROP", "-A INPUT -d 172.17.0.2/32 -j DROP");
    const nat =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n";
    const { verdict, assumed } = askOf(rules + nat);
    expect(verdict).toBe("accept");
    expect(assumed.join()).toContain("to none that its rules translate to");
  });

  test("of a network, clients that are treated in another way leave it open", () => {
    const rules = saved("-A INPUT -s 192.168.1.66/32 -j DROP");
    expect(askOf(rules, "192.168.1.0/24").because).toContain("from 192.168.1.66 it is dropped");
    expect(verdictOf(rules, "192.168.1.64/31")).toBe("accept");
    expect(verdictOf(rules, "192.168.2.0/24")).toBe("accept");
  });

  test("a set that is asked about addresses is looked into", () => {
    const rules = saved("-A INPUT -m set --match-set mine dst -j DROP");
    const sets = "create mine hash:ip family inet hashsize 1024 maxelem 65536\nadd mine 10.0.0.7\n";
    expect(askOf([rules, sets]).because).toContain("to 10.0.0.7 it is dropped");
    expect(verdictOf([rules, sets], undefined, { to: requireAddress("10.0.0.8") })).toBe("accept");
  });

  test("too many of them are not tried: it has to be said which", () => {
    const many = Array.from({ length: 60 }, (_, index) => `-A INPUT -d 10.0.${index}.1/32 -j DROP`);
    expect(askOf(saved(...many))).toMatchObject({
      verdict: "unknown",
      because: expect.stringContaining("`--to`") as string,
    });
    expect(verdictOf(saved(...many), undefined, { to: requireAddress("10.0.7.1") })).toBe("drop");
  });

  test("a group of interfaces is more than those of it that are mentioned by themselves", () => {
    const rules = saved(":INPUT DROP [0:0]", "-A INPUT -i eth0 -j DROP", "-A INPUT -i eth+ -j ACCEPT");
    expect(askOf(rules).because).toBe(
      "by lan0 it is dropped, and by eth1 it is let through: `--in` says which is meant",
    );
    const nested = saved("-A INPUT -i enp+ -j ACCEPT", "-A INPUT -i en+ -j DROP");
    expect(askOf(nested).because).toContain("by en0 it is dropped");
  });

  test("a range is more than the address that it begins with", () => {
    expect(askOf(saved("-A INPUT -d 0.0.0.0/1 -j DROP")).verdict).toBe("unknown");
    const nat = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.2\nCOMMIT\n";
    const range = "-A INPUT -m iprange --dst-range 10.0.0.2-10.0.0.9 -j DROP";
    expect(askOf(saved(range) + nat).because).toContain("to 10.0.0.3 it is dropped");
  });

  const ends = ["0.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "192.168.1.0/24", "192.168.1.20/32"] as const;
  const rule = fc
    .record({
      chain: fc.constantFrom("INPUT", "OUTPUT"),
      source: fc.option(fc.constantFrom(...ends), { nil: undefined }),
      destination: fc.option(fc.constantFrom(...ends), { nil: undefined }),
      by: fc.option(fc.constantFrom("eth0", "eth7", "eth+", "e+", "wl+"), { nil: undefined }),
      not: fc.boolean(),
      target: fc.constantFrom("ACCEPT", "DROP", "REJECT"),
    })
    .map(({ chain, source, destination, by, not, target }) => {
      const sign = not ? "! " : "";
      const way = chain === "INPUT" ? "-i" : "-o";
      return [
        `-A ${chain}`,
        ...(source === undefined ? [] : [`${sign}-s ${source}`]),
        ...(destination === undefined ? [] : [`${sign}-d ${destination}`]),
        ...(by === undefined ? [] : [`${sign}${way} ${by}`]),
        `-j ${target}`,
      ].join(" ");
    });

  test("what is certain for all is so for each (property)", () => {
    const own = fc.constantFrom(
      "10.1.2.3",
      "10.1.9.9",
      "10.9.9.9",
      "192.168.1.20",
      "192.168.1.7",
      "203.0.113.9",
      "1.2.3.4",
    );
    const client = fc.constantFrom("192.168.1.50", "10.1.2.4", "198.51.100.7");
    const by = fc.constantFrom("eth0", "eth1", "eth7", "wlan3", "enp3s0", "ppp0");
    let certain = 0;
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), own, client, by, (rules, to, from, name) => {
        const whole = askOf(saved(...rules), from);
        if (whole.verdict === "unknown") return;
        certain++;
        const one = askOf(saved(...rules), from, { to: requireAddress(to), interface: name });
        expect([one.verdict, one.errno]).toEqual([whole.verdict, whole.errno]);
      }),
      { numRuns: 600, seed: 4 },
    );
    expect(certain).toBeGreaterThan(100);
  });
});

describe("an answer", () => {
  test("has the rule, its place and what the client gets", () => {
    const answer = askOf(saved("-A INPUT -p udp -j DROP", "-A INPUT -p tcp -m tcp --dport 8000 -j REJECT"));
    expect(answer).toMatchObject({
      verdict: "reject",
      reject: "port-unreachable",
      errno: "ECONNREFUSED",
      rule: { backend: "iptables", table: "filter", chain: "INPUT", position: 2 },
      asked: "tcp from 192.168.1.50 to port 8000 of that machine",
    });
    expect(answer.trace[0]).toMatchObject({ packet: "request", hook: "input", matched: "no", why: "-p udp" });
    expect(answer.trace.every(({ rule: { text } }) => text !== "")).toBe(true);
  });

  test("says that a drop is silence, for UDP without an error", () => {
    const rules = saved(":INPUT DROP [0:0]");
    expect(askOf(rules).errno).toBe("ETIMEDOUT");
    expect(askOf(rules, undefined, { protocol: "udp" }).errno).toBeUndefined();
  });

  test("calls tables of nft by their family, and rules by their handles", () => {
    const reject = [{ reject: { type: "icmpx", expr: "admin-prohibited" } }];
    expect(askOf(listed("accept", reject))).toMatchObject({
      errno: "EHOSTUNREACH",
      rule: { backend: "nftables", table: "inet t", chain: "in", position: 1, handle: 2 },
    });
  });

  test("says whose rule it is, where the names tell", () => {
    const rules = saved(":ufw-user-input - [0:0]", "-A INPUT -j ufw-user-input", "-A ufw-user-input -j DROP");
    expect(askOf(rules).rule).toMatchObject({ chain: "ufw-user-input", owner: "ufw" });
    expect(askOf(saved("-A INPUT -j DROP")).rule).not.toHaveProperty("owner");
  });

  test("says what was not given", () => {
    expect(askOf(saved()).assumed).toContain("no others stop it: native nftables rules were not given");
    expect(askOf([saved(), NO_NFT]).assumed.join()).not.toContain("not given");
    expect(verdictOf(saved(), "fd00::5")).toBe("unknown");
  });

  test("is open where a connection stalls once it is made", () => {
    const { verdict, because } = askOf(saved("-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP"));
    expect([verdict, because]).toEqual(["unknown", expect.stringContaining("its next packet is dropped") as string]);
  });

  test("says which further dump would settle it", () => {
    const reset = [{ reject: { type: "tcp reset" } }];
    expect(askOf(listed("accept", reset)).because).toContain("`nft --debug=netlink list ruleset` prints shows it");
    expect(askOf(listed("accept", [{ xt: { type: "match", name: "ttl" } }, { drop: null }])).because).toContain(
      "what `iptables-save` and `ip6tables-save` print shows it",
    );
  });

  test("is given for the machine itself as well", () => {
    const rules = saved(":INPUT DROP [0:0]", "-A INPUT -i lo -j ACCEPT");
    expect([verdictOf(rules), verdictOf(rules, undefined, { from: { kind: "self" } })]).toEqual(["drop", "accept"]);
  });
});
