import { CLIENT, CONTAINER, PORTS, SERVER } from "../town.ts";
import type { Random } from "./random.ts";

export type Family = "inet" | "ip" | "ip6";
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
const NETS4 = ["10.77.0.0/24", "10.0.0.0/8", "172.30.0.0/16", "10.77.0.8/30", "10.77.0.1-10.77.0.4", "127.0.0.0/8"];
const NETS6 = ["fd77::/64", "fd30::/64", "fd77::8/126", "fd77::1-fd77::4", "::1/128"];
const STATES = ["new", "established", "related", "invalid", "untracked"];
const INTERFACES = ["eth0", "lo", "docker0", "wlan0"];
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
  return `table ${family} ${name} {\n${sets(random, family)}${chains.toReversed().join("")}${bases.join("")}}\n`;
}

function baseChain(random: Random, family: Family, name: string, below: readonly string[]): string {
  const hook = random.weigh<Hook>([[3, "input"], ...HOOKS.map((each) => [1, each] as const)]);
  const canNat = hook === "prerouting" || hook === "output";
  const type = canNat && random.chance(0.45) ? "nat" : hook === "output" && random.chance(0.2) ? "route" : "filter";
  const priority =
    type === "nat" ? random.pick([-100, -90, -110]) : random.pick([-300, -150, -150, -100, -1, 0, 0, 0, 5, 50]);
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

function sets(random: Random, family: Family): string {
  const list = (values: readonly (string | number)[]) => `{ ${values.join(", ")} }`;
  const ports = () => random.some(PORTS, 3);
  const verdicts = ports().map(
    (port) => `${port} : ${random.pick(["accept", "drop", "jump c2", "goto c2", "return", "continue"])}`,
  );
  const lines = [
    `set ports { type inet_service; flags interval; elements = ${list([...new Set([random.pick(["80-81", "443", "8000-8080"]), random.pick([82, 7])])])}; }`,
    `set names { type ifname; elements = ${list(random.some(INTERFACES, 2).map((each) => `"${each}"`))}; }`,
    `map verdicts { type inet_service : verdict; elements = ${list(verdicts)}; }`,
    `map redirected { type inet_service : inet_service; elements = ${list(ports().map((port) => `${port} : ${random.pick(PORTS)}`))}; }`,
    `set seen4 { type ipv4_addr; flags dynamic; timeout 1h; }`,
    `set seen6 { type ipv6_addr; flags dynamic; timeout 1h; }`,
  ];
  if (family !== "ip6") {
    lines.push(
      `set hosts4 { type ipv4_addr; flags interval; elements = ${list([random.pick(NETS4.slice(0, 4))])}; }`,
      `set pairs4 { type ipv4_addr . inet_service; flags interval; elements = ${list([`${random.pick(["10.77.0.0/24", "10.77.0.2", "10.77.0.9", "127.0.0.1"])} . ${random.pick(["80", "80-82", "8000-8080"])}`])}; }`,
    );
  }
  if (family !== "ip")
    lines.push(`set hosts6 { type ipv6_addr; flags interval; elements = ${list([random.pick(NETS6.slice(0, 3))])}; }`);
  return lines.map((line) => `${line}\n`).join("");
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
    [0.4, () => random.pick(["meta length > 10", "meta length < 10", "numgen inc mod 2 == 0", "tcp window > 100"])],
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
        `meta mark set ${random.pick(["0x1", "0x2", "meta mark or 0x2", "meta mark and 0xfffffffe", "ct mark", "tcp dport map { 80 : 1, 81 : 2 }"])}`,
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
    [type === "nat" ? 9 : 0, () => natAction(random, family)],
  ])();
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

function natAction(random: Random, family: Family): string {
  const port = random.pick(PORTS);
  const forms = [
    `meta l4proto tcp redirect to :${port}`,
    "tcp dport 80 redirect",
    "redirect to :tcp dport map @redirected",
  ];
  const [to4, to6] = [random.pick([SERVER.v4[1], CONTAINER.v4]), random.pick([SERVER.v6[1], CONTAINER.v6])];
  if (family === "ip") forms.push(`meta l4proto tcp dnat to ${to4}:${port}`, `dnat to ${to4}`);
  if (family === "ip6") forms.push(`meta l4proto tcp dnat to [${to6}]:${port}`, `dnat to ${to6}`);
  if (family === "inet")
    forms.push(`meta l4proto tcp dnat ip to ${to4}:${port}`, `meta l4proto tcp dnat ip6 to [${to6}]:${port}`);
  return random.pick(forms);
}
