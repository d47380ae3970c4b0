import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { ask, listed, saved } from "./ask.ts";

const DPORT = (port: number) => ({
  match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: port },
});

describe("the rule that decides", () => {
  test("a drop is named with its table, chain, position and text", () => {
    const verdict = ask(saved("-A INPUT -p udp -j DROP", "-A INPUT -p tcp -m tcp --dport 8000 -j DROP"));
    expect(verdict).toMatchObject({
      kind: "drop",
      rule: { backend: "iptables", family: "ip", table: "filter", chain: "INPUT", position: 2 },
      because: "dropped by rule 2 of chain INPUT (iptables filter): `-A INPUT -p tcp -m tcp --dport 8000 -j DROP`",
    });
  });

  test("a policy is a decision without a position", () => {
    const { kind, rule } = ask(saved(":INPUT DROP [0:0]"));
    expect([kind, rule?.text, rule?.position]).toEqual(["drop", "-P INPUT DROP", undefined]);
  });

  test("a rule of nft has its handle, and reads as nft prints it", () => {
    const { errno, rule } = ask(
      listed("accept", [DPORT(8000), { reject: { type: "icmpx", expr: "admin-prohibited" } }]),
    );
    expect([errno, rule?.handle, rule?.text]).toEqual([
      "EHOSTUNREACH",
      2,
      "tcp dport 8000 reject with icmpx admin-prohibited",
    ]);
  });

  test("the trace has every rule that was asked, and why one did not match", () => {
    const { trace } = ask(saved("-A INPUT -i wlan0 -j DROP", "-A INPUT -p tcp -j ACCEPT"));
    expect(trace.filter(({ packet }) => packet === "request")).toMatchObject([
      { hook: "input", matched: "no", why: "-i wlan0", rule: { position: 1 } },
      { hook: "input", matched: "yes", rule: { position: 2 } },
    ]);
  });

  test("a reject that the way out drops is a drop, and says so", () => {
    const verdict = ask(saved("-A INPUT -p tcp -j REJECT", "-A OUTPUT -p icmp -j DROP"));
    expect([verdict.kind, verdict.because]).toEqual([
      "drop",
      "what the reject would tell the client is dropped by rule 1 of chain OUTPUT (iptables filter): `-A OUTPUT -p icmp -j DROP`",
    ]);
  });

  test("an answer that can't get out is a drop", () => {
    const { kind, because } = ask(saved("-A OUTPUT -p tcp -m tcp --sport 8000 -j DROP"));
    expect([kind, because.startsWith("the server's answer is dropped by rule 1 of chain OUTPUT")]).toEqual([
      "drop",
      true,
    ]);
  });

  test("a connection that stalls once it is made says so", () => {
    const { kind, afterwards } = ask(saved("-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP"));
    expect([kind, afterwards?.kind, afterwards?.rule?.position]).toEqual(["accept", "drop", 1]);
  });

  test("a self-test passes by what is for another interface", () => {
    const rules = saved("-A INPUT -i eth0 -p tcp -j DROP");
    const source = requireAddress("192.168.1.10");
    expect([ask(rules).kind, ask(rules, { source, way: { kind: "self" } }).kind]).toEqual(["drop", "accept"]);
  });
});

describe("what is not understood", () => {
  const OPAQUE = "-A INPUT -m something --odd 3";

  test("is unknown where it decides", () => {
    const verdict = ask(saved(`${OPAQUE} -j DROP`));
    expect([verdict.kind, verdict.because]).toEqual([
      "unknown",
      "drop or accept, which hangs on `-m something --odd 3`",
    ]);
  });

  test("is no matter where both ways come to the same", () => {
    expect(ask(saved(`${OPAQUE} -j DROP`, "-A INPUT -j DROP")).kind).toBe("drop");
    expect(ask(saved(`${OPAQUE} -j ACCEPT`)).kind).toBe("accept");
    expect(ask(saved("-A INPUT -p udp -m something --odd 3 -j DROP")).kind).toBe("accept");
  });

  test("a target that is not known leaves it open, but only for what reaches it", () => {
    const rules = saved("-A INPUT -p tcp -m tcp --dport 8000 -j TARPIT");
    expect([ask(rules).kind, ask(rules, { port: 81 }).kind]).toEqual(["unknown", "accept"]);
  });

  test("a set that was not given leaves it open, and one that was does not", () => {
    const rules = saved("-A INPUT -m set --match-set banned src -j DROP");
    const set = "create banned hash:ip family inet hashsize 1024\nadd banned 192.168.1.50\n";
    expect([ask(rules).kind, ask([rules, set]).kind]).toEqual(["unknown", "drop"]);
  });

  test("matches of iptables that nft can only name leave it open without iptables-save", () => {
    const rules = listed("accept", [{ xt: { type: "match", name: "recent" } }, { drop: null }]);
    expect(ask(rules).kind).toBe("unknown");
  });

  test("`reject with tcp reset` may be for one family, which nft does not show", () => {
    const rule = [
      { match: { op: "==", left: { meta: { key: "l4proto" } }, right: "tcp" } },
      { reject: { type: "tcp reset" } },
    ];
    const code = (load: string) => `inet t in 2\n${load}  [ meta load l4proto => reg 1 ]\n  [ reject type 1 code 0 ]\n`;
    const v6 = code("  [ meta load nfproto => reg 1 ]\n  [ cmp eq reg 1 0x0000000a ]\n");
    const verdicts = [
      ask(listed("accept", rule)),
      ...[code(""), v6].map((text) => ask([listed("accept", rule), text])),
    ];
    expect(verdicts.map(({ kind }) => kind)).toEqual(["unknown", "reject", "accept"]);
  });

  test("rules of one family say nothing of the other", () => {
    const { kind, because } = ask(saved(), { to: "fd00::10", source: requireAddress("fd00::50") });
    expect([kind, because]).toEqual(["unknown", "no rules of IPv6 were given"]);
  });

  test("a bridge's rules may block what is not seen here, unless the interface is known to be none", () => {
    const rules = JSON.stringify({
      nftables: [
        { table: { family: "bridge", name: "b" } },
        { chain: { family: "bridge", table: "b", name: "f", type: "filter", hook: "input", prio: 0, policy: "drop" } },
      ],
    });
    const host = { bridges: ["br0"] };
    expect([ask(rules).kind, ask(rules, { host }).kind]).toEqual(["unknown", "accept"]);
  });
});

describe("what is translated away from where it belongs", () => {
  const nat = (tool: string, ...lines: readonly string[]) =>
    `# Generated by ${tool}-save v1.8.9\n*nat\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${lines.join("\n")}\nCOMMIT\n`;

  test("does not come back to ::1 from outside, as far as is known", () => {
    const dnat = "-A OUTPUT -p tcp -m tcp --dport 8000 -j DNAT --to-destination [fd30::2]:80";
    const dump = nat("ip6tables", dnat, "-A POSTROUTING -j MASQUERADE");
    const loopback = { to: "::1", source: requireAddress("::1"), way: { kind: "self" } } as const;
    expect(ask(dump, loopback).because).toBe("what comes in is sent on to ::1");
  });

  test("nor from 127.0.0.1 to anybody else, without route_localnet", () => {
    const dnat = "-A OUTPUT -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80";
    const at = { to: "127.0.0.1", source: requireAddress("127.0.0.1"), way: { kind: "self" } } as const;
    const interfaces = [{ name: "docker0", addresses: [{ address: requireAddress("172.17.0.1"), prefix: 16 }] }];
    const kinds = [false, undefined].map(
      (set) =>
        ask(nat("iptables", dnat), { ...at, host: { interfaces, ...(set === false && { routeLocalnet: set }) } }).kind,
    );
    expect(kinds).toEqual(["drop", "unknown"]);
  });

  test("nor from an address that is another machine's", () => {
    const dump = nat("iptables", "-A POSTROUTING -p tcp -j SNAT --to-source 192.168.1.99");
    const out = { to: "192.168.1.77", source: requireAddress("192.168.1.10"), way: { kind: "out" } } as const;
    expect(ask(dump, out).because).toBe("its source is translated to an address of others, where the answer goes");
    expect(ask(dump, { ...out, host: {} }).assumed).toContain(
      "what the source is translated to is an address of this machine",
    );
  });
});

describe("a client that gets no answer tries again", () => {
  const SEEN = { set: { family: "inet", table: "t", name: "seen", type: "ipv4_addr" } };
  const saddr = { payload: { protocol: "ip", field: "saddr" } };
  const add = { set: { op: "add", elem: saddr, set: "@seen" } };
  const isSeen = { match: { op: "==", left: saddr, right: "@seen" } };
  const withSet = (text: string) => text.replace('{"chain"', `${JSON.stringify(SEEN)},{"chain"`);

  test("and what the first try put it on a list for may become of it then", () => {
    const rejects = withSet(listed("accept", [isSeen, { reject: null }], [add, { drop: null }]));
    expect(ask(rejects).because).toBe("drop or reject, which hangs on `ip saddr @seen`");
    const knocks = withSet(listed("accept", [isSeen, { accept: null }], [add, { drop: null }]));
    expect(ask(knocks).because).toBe("it is dropped, but a rule lets a later try through");
    const drops = withSet(listed("accept", [isSeen, { drop: null }], [add, { drop: null }]));
    expect(ask(drops).kind).toBe("drop");
  });

  test("of a datagram nobody knows whether it is sent again, so that a lost answer is just that", () => {
    const rules = (protocol: string) =>
      saved(`-A INPUT -p ${protocol} -m conntrack --ctstatus SEEN_REPLY -j REJECT`, `-A OUTPUT -p ${protocol} -j DROP`);
    expect(ask(rules("tcp")).kind).toBe("reject");
    expect(ask(rules("udp"), { protocol: "udp" }).kind).toBe("drop");
  });

  test("on lo the connection is known by then, with the mark that a rule put on it", () => {
    const mark = { mangle: { key: { ct: { key: "mark" } }, value: 1 } };
    const isMarked = { match: { op: "==", left: { ct: { key: "mark" } }, right: 1 } };
    const rules = listed("accept", [DPORT(8000), isMarked, { reject: null }], [DPORT(8000), mark, { drop: null }]);
    const source = requireAddress("192.168.1.10");
    expect(ask(rules, { source, way: { kind: "self" } }).errno).toBe("ECONNREFUSED");
    // What comes from elsewhere is known only once it has been let in.
    expect(ask(rules).kind).toBe("drop");
  });
});

describe("what is taken for granted is said", () => {
  test("the client's port is none that a rule for servers names, but it may be one among those that systems choose", () => {
    const low = ask(saved("-A INPUT -p tcp -m tcp --sport 8080 -j DROP"));
    expect([low.kind, low.assumed]).toEqual([
      "accept",
      ["the client's own port is one that systems choose by themselves, 10000 or above"],
    ]);
    expect(ask(saved("-A INPUT -p tcp -m tcp --sport 50000 -j DROP")).kind).toBe("unknown");
    expect(ask(saved("-A INPUT -p tcp -m tcp --sport 8080 -j DROP"), { sourcePort: 8080 }).kind).toBe("drop");
    expect(ask(saved("-A INPUT -p tcp -m tcp --sport 80 -j DROP")).assumed).toEqual([]);
  });

  test("a limit is not exhausted, and a list of recent clients has not this one", () => {
    const limit = ask(saved("-A INPUT -m limit --limit 3/min -j ACCEPT", "-A INPUT -j DROP"));
    expect([limit.kind, limit.assumed]).toEqual(["accept", ["no rate limit is exhausted"]]);
    const recent = ask(saved("-A INPUT -m recent --update --seconds 60 --hitcount 6 --name x -j DROP"));
    expect([recent.kind, recent.assumed]).toEqual(["accept", ["no list of recent clients has this one"]]);
  });

  test("without its interfaces, that a machine forwards what is translated to others", () => {
    const nat =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n";
    const { kind, arrives, assumed } = ask(saved() + nat);
    expect([kind, arrives?.address.text, arrives?.port, arrives?.forwarded]).toEqual([
      "accept",
      "172.17.0.2",
      80,
      true,
    ]);
    expect(assumed).toContain("this machine forwards packets");
  });
});
