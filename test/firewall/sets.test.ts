import { describe, expect, test } from "bun:test";
import { ElementSet } from "../../src/firewall/elements.ts";
import { ask, listed, saved } from "./ask.ts";

/** What becomes of a client on these sets, which a rule drops. */
function askSet(flags: string, ...lines: readonly string[]): string {
  return ask([saved(`-A INPUT -p tcp -m set --match-set s ${flags} -j DROP`), `${lines.join("\n")}\n`]).kind;
}

describe("sets of ipset", () => {
  test("an address, a network, a port and an interface each find their element", () => {
    expect(askSet("src", "create s hash:ip family inet", "add s 192.168.1.50 timeout 60")).toBe("drop");
    expect(askSet("src", "create s hash:net family inet", "add s 192.168.0.0/16")).toBe("drop");
    expect(askSet("dst,dst", "create s hash:ip,port family inet", "add s 192.168.1.10,tcp:8000")).toBe("drop");
    expect(askSet("dst,dst", "create s hash:ip,port family inet", "add s 192.168.1.10,udp:8000")).toBe("accept");
    expect(askSet("src,src", "create s hash:net,iface family inet", "add s 192.168.1.0/24,eth0")).toBe("drop");
    expect(askSet("dst", "create s bitmap:port range 0-9000", "add s 8000")).toBe("drop");
  });

  test("of networks within each other the narrowest decides, in whatever order they are saved", () => {
    const [create, wide, narrow] = [
      "create s hash:net family inet",
      "add s 192.168.1.0/24",
      "add s 192.168.1.0/26 nomatch",
    ];
    expect(askSet("src", create, wide, narrow)).toBe("accept");
    expect(askSet("src", create, narrow, wide)).toBe("accept");
  });

  test("a set of sets has what any of them has", () => {
    const inner = ["create a hash:ip family inet6", "create b hash:ip family inet", "add b 192.168.1.50"];
    expect(askSet("src", ...inner, "create s list:set size 8", "add s a", "add s b")).toBe("drop");
  });

  test("what can't be read of a set leaves it open", () => {
    expect(askSet("src", "create s hash:mac")).toBe("unknown");
    expect(askSet("src", "create s hash:ip family inet netmask 24", "add s 192.168.1.0")).toBe("unknown");
    expect(askSet("src", "create s list:set size 8", "add s absent")).toBe("unknown");
  });
});

describe("sets of nft", () => {
  const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } });
  const drop = { drop: null };

  test("a concatenation with ranges is found column by column", () => {
    const left = { concat: [field("ip", "saddr"), field("tcp", "dport")] };
    const elements = [{ concat: [{ prefix: { addr: "192.168.1.0", len: 24 } }, { range: [8000, 8010] }] }];
    const of = (port: number) =>
      ask(listed("accept", [{ match: { op: "==", left, right: { set: elements } } }, drop]), { port });
    expect([of(8005).kind, of(81).kind]).toEqual(["drop", "accept"]);
  });

  test("a verdict map finds its verdict, and the rest of it otherwise", () => {
    const data = {
      set: [
        [8000, { drop: null }],
        ["*", { accept: null }],
      ],
    };
    const rules = listed("drop", [{ vmap: { key: field("tcp", "dport"), data } }]);
    expect([ask(rules).kind, ask(rules, { port: 81 }).kind]).toEqual(["drop", "accept"]);
  });

  test("what a rule adds to a set may be found by a later one", () => {
    const json = JSON.parse(
      listed(
        "accept",
        [{ set: { op: "add", elem: field("ip", "saddr"), set: "@seen" } }],
        [{ match: { op: "==", left: field("ip", "saddr"), right: "@seen" } }, drop],
      ),
    ) as { nftables: unknown[] };
    json.nftables.splice(2, 0, { set: { family: "inet", table: "t", name: "seen", type: "ipv4_addr" } });
    expect(ask(JSON.stringify(json)).kind).toBe("unknown");
  });
});

describe("a set of elements", () => {
  const ports = new ElementSet([
    { columns: [{ lo: 0, hi: 1 }], data: "low" },
    { columns: [{ lo: 2, hi: 3 }], data: "high" },
  ]);

  test("with a number that is known in part, all that may be found is, and nothing only where there is a gap", () => {
    expect(ports.find([{ kind: "between", lo: 0, hi: 3 }])).toEqual({ hits: ["low", "high"], miss: false });
    expect(ports.find([{ kind: "between", lo: 3, hi: 4 }])).toEqual({ hits: ["high"], miss: true });
    expect(ports.find([{ kind: "between", lo: 2, hi: 3 }])).toEqual({ hits: ["high"], miss: false });
  });
});
