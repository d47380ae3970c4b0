import { CLIENT, CONTAINER, PORTS, SERVER } from "../town.ts";
import { NATS, natAction } from "./nft-nat.ts";
import { type Family, INTERFACES, NETS4, NETS6, generateSets } from "./nft-sets.ts";
import { headerAction, headerMatch } from "./nft-header.ts";
import type { Random } from "./random.ts";

type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

interface Place {
  readonly random: Random;
  readonly family: Family;
  readonly hook: Hook | undefined;
  readonly type: "filter" | "nat" | "route";
  /** Of priority raw: before connections are known. */
  readonly isEarly: boolean;
  /** Chains that may be jumped to. */
  readonly below: readonly string[];
}

const V4 = [...CLIENT.v4, ...SERVER.v4, CONTAINER.v4, "127.0.0.1", "192.0.2.1"];
const V6 = [...CLIENT.v6, ...SERVER.v6, CONTAINER.v6, "::1", "2001:db8::1"];
const STATES = ["new", "established", "related", "invalid", "untracked"];
const HOOKS: readonly Hook[] = ["prerouting", "input", "forward", "output", "postrouting"];

/** A table with sets, maps and chains; `name` is its own. */
export function generateTable(random: Random, family: Family, name: string): string {
  const below = ["c0", "c1", "c2"];
  const chains = below.map((chain, index) => {
    const place = {
      random,
      family,
      hook: undefined,
      type: "filter",
      isEarly: false,
      below: below.slice(index + 1),
    } as const;
    return `chain ${chain} {\n${rules(place, 3)}}\n`;
  });
  const bases = Array.from({ length: 1 + random.below(4) }, (_, index) =>
    baseChain(random, family, `b${index}`, below),
  );
  const dormant = random.chance(0.05) ? "flags dormant;\n" : "";
  return `table ${family} ${name} {\n${dormant}${generateSets(random, family)}${chains.toReversed().join("")}${bases.join("")}}\n`;
}

function baseChain(random: Random, family: Family, name: string, below: readonly string[]): string {
  const hook = random.weigh<Hook>([[3, "input"], ...HOOKS.map((each) => [1, each] as const)]);
  const type =
    hook !== "forward" && random.chance(NATS[hook].share)
      ? "nat"
      : hook === "output" && random.chance(0.2)
        ? "route"
        : "filter";
  const priority =
    type === "nat" && hook !== "forward"
      ? random.pick(NATS[hook].priorities)
      : random.pick([-300, -150, -150, -100, -1, 0, 0, 0, 5, 50]);
  const policy = random.chance(0.15) && type !== "nat" ? "drop" : "accept";
  const place = { random, family, hook, type, isEarly: priority < -200, below } as const;
  const head = `type ${type} hook ${hook} priority ${priority}; policy ${policy};`;
  const exempt =
    policy === "drop"
      ? `${random.pick(["ct state established,related accept", "tcp sport { 80-90, 443, 8000, 8080 } accept", "counter"])}\n`
      : "";
  return `chain ${name} {\n${head}\n${exempt}${rules(place, 5)}}\n`;
}

function rules(place: Place, most: number): string {
  return Array.from({ length: place.random.below(most + 1) }, () => `${rule(place)}\n`).join("");
}

function rule(place: Place): string {
  const { random } = place;
  const matches = Array.from({ length: random.below(4) }, () => match(place));
  const isPlain = matches.length === 0;
  return [...matches, random.chance(0.15) ? "counter" : "", action(place, isPlain)].filter(Boolean).join(" ");
}

function match(place: Place): string {
  const { random, family } = place;
  const isV6 = family === "ip6" || (family === "inet" && random.chance(0.4));
  const ip = isV6 ? "ip6" : "ip";
  const not = random.chance(0.2) ? "!= " : "";
  const end = random.pick(["saddr", "daddr"]);
  return random.weigh<() => string>([
    [9, () => `tcp dport ${portMatch(random, not)}`],
    [2, () => `tcp sport ${portMatch(random, not)}`],
    [1.5, () => `udp dport ${portMatch(random, not)}`],
    [0.5, () => `udp sport ${portMatch(random, not)}`],
    [1, () => `meta l4proto { tcp, udp } th dport ${portMatch(random, not)}`],
    [1, () => `meta l4proto ${not}${random.pick(["tcp", "udp", isV6 ? "ipv6-icmp" : "icmp"])}`],
    [5, () => `${ip} ${end} ${not}${addressMatch(random, isV6)}`],
    [1, () => (isV6 ? `ip6 ${end} & ffff:: == fd77::` : `ip ${end} & 255.255.0.255 == 10.77.0.1`)],
    [
      2,
      () => `ip${isV6 ? "6 saddr . tcp dport { fd77::2 . 80, fd77::9 . 81, ::1 . 80 }" : " saddr . tcp dport @pairs4"}`,
    ],
    [3, () => interfaceMatch(place, not)],
    [3, () => `ct state ${stateMatch(random, not)}`],
    [1, () => `ct status ${random.pick(["dnat", "snat", "& dnat == 0", "& (snat | dnat) != 0"])}`],
    [1, () => `ct direction ${not}${random.pick(["original", "reply"])}`],
    [1, () => `ct original ${ip} ${end} ${not}${random.pick(isV6 ? V6 : V4)}`],
    [2, () => `meta mark ${random.pick(["0x1", "!= 0x1", "& 0x3 == 0x2", "{ 1, 2 }", "< 2", "& 0x1 != 0"])}`],
    [1, () => `ct mark ${random.pick(["0x1", "!= 0x1", "& 0x3 == 0x2", "0"])}`],
    [
      1,
      () =>
        `tcp flags ${random.pick(["syn", "& (fin|syn|rst|ack) == syn", "& (syn|ack) == (syn|ack)", "! syn", "!= syn", "{ syn, ack }", "== syn"])}`,
    ],
    [1, () => `fib ${end} type ${not}${random.pick(["local", "unicast", "{ local, broadcast }", "multicast"])}`],
    [
      1,
      () =>
        family === "inet"
          ? `meta nfproto ${not}${random.pick(["ipv4", "ipv6"])}`
          : family === "ip"
            ? "meta protocol ip"
            : "meta protocol ip6",
    ],
    [1, () => (place.hook === "prerouting" ? `fib saddr . iif oif ${random.pick(["missing", "exists"])}` : "counter")],
    [1, () => fibByInterface(place, end, not)],
    [
      1,
      () =>
        random.pick([
          "limit rate 10000/second burst 10000 packets",
          "limit rate over 10000/second burst 10000 packets",
        ]),
    ],
    [1, () => `meta pkttype ${not}${random.pick(["host", "broadcast"])}`],
    [
      1,
      () =>
        random.pick(
          [
            `icmp type echo-request`,
            "udp dport 80",
            "icmp type destination-unreachable",
            "icmpv6 type destination-unreachable",
          ].filter(
            (each) => family === "inet" || (family === "ip6") === each.startsWith("icmpv6") || each.startsWith("udp"),
          ),
        ),
    ],
    [2, () => headerMatch(random, isV6, not)],
    [0.2, () => random.pick(["numgen inc mod 2 == 0", "tcp window > 100", "meta cpu 0"])],
  ])();
}

function portMatch(random: Random, not: string): string {
  return `${not}${random.weigh<string>([
    [5, String(random.pick(PORTS))],
    [2, `{ ${random.some(PORTS, 3).join(", ")} }`],
    [1, "80-82"],
    [1, "@ports"],
    [0.5, "{ 1-79, 81, 8000-9000 }"],
    ...(not === "" ? [[0.5, ">= 443"] as const, [0.5, "< 443"] as const] : []),
  ])}`;
}

function addressMatch(random: Random, isV6: boolean): string {
  const [hosts, nets] = isV6 ? [V6, NETS6] : [V4, NETS4];
  return random.weigh<string>([
    [3, random.pick(hosts)],
    [3, random.pick(nets)],
    [1, `{ ${random.some(hosts, 3).join(", ")} }`],
    [1, isV6 ? "@hosts6" : "@hosts4"],
  ]);
}

function interfaceMatch({ random, hook }: Place, not: string): string {
  const isIn = hook === "input" || hook === "prerouting" || (hook === "forward" && random.chance(0.5));
  const key = hook === undefined ? random.pick(["iifname", "oifname"]) : isIn ? "iifname" : "oifname";
  return `${key} ${random.weigh<string>([
    [4, `${not}"${random.pick(INTERFACES)}"`],
    [1, `${not}"eth*"`],
    [1, `${not}{ "lo", "wlan*" }`],
    [1, `${not}@names`],
  ])}`;
}

/** Which interface there is to ask by, hangs on the hook. */
function fibByInterface({ hook }: Place, end: string, not: string): string {
  if (hook === undefined || hook === "postrouting") return "counter";
  return `fib ${end} . ${hook === "output" ? "oif" : "iif"} type ${not}local`;
}

function stateMatch(random: Random, not: string): string {
  const names = random.some(STATES, 2);
  return random.pick([`${not}${names.join(",")}`, `${not}{ ${names.join(", ")} }`, `& ${names[0]} == 0`]);
}

function action(place: Place, isPlain: boolean): string {
  const { random, type, hook, isEarly, below, family } = place;
  const canReject = hook === undefined ? false : hook !== "postrouting" && type !== "nat" && type !== "route";
  // What is done to every packet at once leaves nothing for the rules behind it.
  const final = isPlain ? 0.15 : 1;
  return random.weigh<() => string>([
    [5 * final, () => "accept"],
    [(type === "nat" ? 0.3 : 3) * final, () => "drop"],
    [canReject ? 4 * final : 0, () => rejectAction(random, family)],
    [below.length > 0 ? 4 : 0, () => `${random.pick(["jump", "jump", "goto"])} ${random.pick(below)}`],
    [2 * final, () => "return"],
    [0.5, () => "continue"],
    [
      2,
      () =>
        `meta mark set ${random.pick(["0x1", "0x2", "meta mark or 0x2", "meta mark and 0xfffffffe", "ct mark", "tcp dport map { 80 : 1, 81 : 2 }", "tcp dport map @marks"])}`,
    ],
    [isEarly ? 0 : 1.5, () => `ct mark set ${random.pick(["0x1", "0x2", "meta mark", "ct mark or 0x2"])}`],
    [isEarly ? 2 : 0.2, () => "notrack"],
    [1, () => "tcp dport vmap @verdicts"],
    [
      1,
      () =>
        `tcp dport vmap { ${random
          .some(PORTS, 3)
          .map((port) => `${port} : ${random.pick(["accept", "drop", "return"])}`)
          .join(", ")} }`,
    ],
    [
      0.5,
      () => `ct state vmap { established : accept, invalid : ${random.pick(["drop", "continue"])}, new : continue }`,
    ],
    [
      0.5,
      () =>
        family === "ip6"
          ? "add @seen6 { ip6 saddr }"
          : "add @seen4 { ip saddr limit rate 1000/second burst 1000 packets }",
    ],
    [0.5, () => headerAction(random, family)],
    [
      type === "nat" ? 9 : 0,
      () => natAction(random, family, hook === "input" || hook === "postrouting" ? hook : "output"),
    ],
    [0.7, () => mapAction(random, family)],
    [0.3, () => random.pick(["limit name lim", "counter name hits", "quota name much", "ct count over 5000 drop"])],
  ])();
}

/** By maps of verdicts, with one key or several. */
function mapAction(random: Random, family: Family): string {
  const verdict = () => random.pick(["accept", "drop", "return", "jump c2", "goto c2", "continue"]);
  const isV6 = family === "ip6" || (family === "inet" && random.chance(0.4));
  const [nets, hosts] = isV6 ? [NETS6, V6] : [NETS4, V4];
  const ip = isV6 ? "ip6" : "ip";
  return random.pick([
    `iifname vmap { "eth0" : ${verdict()}, "lo" : ${verdict()} }`,
    `${ip} saddr vmap { ${nets[0]} : ${verdict()} }`,
    `${ip} daddr . meta l4proto . th dport vmap { ${random.pick(hosts)} . tcp . ${random.pick(PORTS)} : ${verdict()} }`,
    isV6 ? `meta nfproto . tcp dport vmap { ipv6 . 80 : ${verdict()} }` : "ip saddr . tcp dport vmap @pairs",
    `ct mark vmap { 0x1 : ${verdict()}, 0x2 : ${verdict()} }`,
    `meta mark vmap { 0x0 : continue, 0x1 : ${verdict()} }`,
    `tcp dport vmap { 80-82 : ${verdict()}, 8000-8080 : ${verdict()} }`,
    `udp dport vmap { 80 : ${verdict()}, 443-8000 : ${verdict()} }`,
  ]);
}

function rejectAction(random: Random, family: Family): string {
  const v4 = [
    "net-unreachable",
    "host-unreachable",
    "prot-unreachable",
    "port-unreachable",
    "net-prohibited",
    "host-prohibited",
    "admin-prohibited",
  ];
  const v6 = ["no-route", "admin-prohibited", "addr-unreachable", "port-unreachable", "policy-fail", "reject-route"];
  const forms = ["reject", "meta l4proto tcp reject with tcp reset"];
  if (family !== "ip6") forms.push(`reject with icmp type ${random.pick(v4)}`);
  if (family !== "ip") forms.push(`reject with icmpv6 type ${random.pick(v6)}`);
  if (family === "inet")
    forms.push(
      `reject with icmpx type ${random.pick(["port-unreachable", "admin-prohibited", "no-route", "host-unreachable"])}`,
    );
  return random.pick(forms);
}
