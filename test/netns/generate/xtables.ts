import { CLIENT, CONTAINER, PORTS, SERVER } from "../town.ts";
import { askedSet } from "./ipsets.ts";
import type { Random } from "./random.ts";
import { headerMatch, headerTarget } from "./xtables-header.ts";

interface Place {
  readonly random: Random;
  readonly family: 4 | 6;
  readonly table: "raw" | "mangle" | "nat" | "filter";
  /** Empty for a chain that others call. */
  readonly hook: string;
  readonly below: readonly string[];
}

const CHAINS = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

const STATES = ["NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "DNAT", "NEW,SNAT"];
const INTERFACES = ["eth0", "lo", "docker0", "eth+", "wlan0"];

/** The text of iptables-save for one family. */
export function generateSave(random: Random, family: 4 | 6): string {
  const tables = (["raw", "mangle", "nat", "filter"] as const).filter((table) =>
    random.chance(table === "filter" ? 0.9 : 0.4),
  );
  return tables.map((table) => tableText(random, family, table)).join("");
}

function tableText(random: Random, family: 4 | 6, table: Place["table"]): string {
  const own = ["U0", "U1", "U2"];
  const lines = [`*${table}`];
  const bases = CHAINS[table];
  const drops = bases.filter((chain) => table === "filter" && random.chance(chain === "OUTPUT" ? 0.05 : 0.15));
  for (const chain of bases) lines.push(`:${chain} ${drops.includes(chain) ? "DROP" : "ACCEPT"} [0:0]`);
  for (const chain of own) lines.push(`:${chain} - [0:0]`);
  for (const chain of drops)
    if (random.chance(0.8)) lines.push(`-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`);
  for (const chain of bases) {
    lines.push(...rules({ random, family, table, hook: chain, below: own }, chain, 4));
  }
  own.forEach((chain, index) =>
    lines.push(...rules({ random, family, table, hook: "", below: own.slice(index + 1) }, chain, 3)),
  );
  return `${lines.join("\n")}\nCOMMIT\n`;
}

function rules(place: Place, chain: string, most: number): string[] {
  return Array.from({ length: place.random.below(most + 1) }, () => `-A ${chain} ${rule(place)}`);
}

function rule(place: Place): string {
  const { random } = place;
  const needsTcp = random.chance(0.75);
  const builtin = [
    ...(needsTcp ? ["-p tcp"] : random.chance(0.2) ? [otherProtocol(place)] : []),
    ...(random.chance(0.35) ? [address(place)] : []),
    ...(random.chance(0.3) ? [device(place)] : []),
  ];
  // Of two `-m tcp` in one rule, iptables-nft-save makes one, and mixes up the `!`.
  const extra = Array.from({ length: random.below(3) }, () => match(place, needsTcp)).filter(
    (each, index, all) => !each.startsWith("-m tcp") || all.findIndex((other) => other.startsWith("-m tcp")) === index,
  );
  const isPlain = builtin.length + extra.length === 0;
  return [...builtin, ...extra, target(place, isPlain, needsTcp)].filter(Boolean).join(" ");
}

function otherProtocol({ random, family }: Place): string {
  const icmp = family === 4 ? "-p icmp -m icmp --icmp-type 3" : "-p ipv6-icmp -m icmp6 --icmpv6-type 1";
  return random.pick(["-p udp", `-p udp -m udp --dport ${random.pick(PORTS)}`, icmp]);
}

function address({ random, family }: Place): string {
  const v4 = [
    ...CLIENT.v4,
    ...SERVER.v4,
    CONTAINER.v4,
    "10.77.0.0/24",
    "10.77.0.8/30",
    "127.0.0.0/8",
    "172.30.0.0/16",
    "10.77.0.1/255.255.0.255",
  ];
  const v6 = [...CLIENT.v6, ...SERVER.v6, CONTAINER.v6, "fd77::/64", "fd77::8/125", "::1/128", "fd30::/64"];
  return `${not(random)}${random.pick(["-s", "-d"])} ${random.pick(family === 4 ? v4 : v6)}`;
}

function device({ random, hook }: Place): string {
  const ins = ["PREROUTING", "INPUT"].includes(hook) || ((hook === "FORWARD" || hook === "") && random.chance(0.5));
  return hook === "" ? "" : `${not(random)}${ins ? "-i" : "-o"} ${random.pick(INTERFACES)}`;
}

function not(random: Random): string {
  return random.chance(0.2) ? "! " : "";
}

function match({ random, family, hook, table }: Place, isTcp: boolean): string {
  const port = random.pick(PORTS);
  // What rules add to sets other probes would find there, too: these are never asked.
  const [set, flags] = askedSet(random, family);
  return random.weigh<string>([
    [isTcp ? 5 : 0, `-m tcp ${not(random)}--dport ${random.pick([port, "80:82", "443:", ":81"])}`],
    [isTcp ? 1 : 0, `-m tcp ${not(random)}--sport ${random.pick([port, "80:82", "1024:"])}`],
    [
      isTcp ? 1 : 0,
      `-m tcp ${not(random)}--tcp-flags ${random.pick(["FIN,SYN,RST,ACK SYN", "SYN,ACK SYN,ACK", "ALL SYN", "ALL NONE"])}`,
    ],
    [
      isTcp ? 2 : 0,
      `-m multiport ${not(random)}--${random.pick(["dports", "sports", "ports"])} ${random.some(PORTS, 2).join(",")},90:95`,
    ],
    [3, `-m conntrack ${not(random)}--ctstate ${random.pick(STATES)}`],
    [1, `-m state --state ${random.pick(["NEW", "ESTABLISHED", "INVALID"])}`],
    [1, `-m conntrack --ctstate NEW,ESTABLISHED --ctdir ${random.pick(["ORIGINAL", "REPLY"])}`],
    [isTcp ? 1 : 0, `-m conntrack ${not(random)}--ctorigdstport ${port} --ctdir ORIGINAL`],
    [1, `-m conntrack ${not(random)}--ctorigdst ${family === 4 ? SERVER.v4[0] : SERVER.v6[0]}`],
    [1, `-m conntrack ${not(random)}--ctstatus SEEN_REPLY`],
    [2, `-m mark ${not(random)}--mark ${random.pick(["0x1", "0x2/0x3", "0x0"])}`],
    [1, `-m connmark ${not(random)}--mark ${random.pick(["0x1", "0x2/0x3", "0x0"])}`],
    [
      1,
      `-m addrtype ${not(random)}--${random.pick(["src", "dst"])}-type ${random.pick(["LOCAL", family === 4 ? "BROADCAST,MULTICAST" : "MULTICAST"])}`,
    ],
    [2, `-m set ${not(random)}--match-set ${set} ${flags}`],
    [
      1,
      `-m iprange ${not(random)}--${random.pick(["src", "dst"])}-range ${family === 4 ? "10.77.0.1-10.77.0.4" : "fd77::1-fd77::4"}`,
    ],
    [
      1,
      random.pick([
        "-m limit --limit 10000/sec --limit-burst 10000",
        "-m hashlimit --hashlimit-upto 10000/sec --hashlimit-burst 10000 --hashlimit-name h1",
        "-m hashlimit --hashlimit-above 10000/sec --hashlimit-burst 10000 --hashlimit-name h2",
      ]),
    ],
    [0.5, `-m recent --rcheck --seconds 60 --name never`],
    [0.2, "-m recent --set --name some"],
    [1, `-m comment --comment "it's \\"so\\" -j DROP"`],
    [hook === "PREROUTING" && table !== "nat" ? 1 : 0, `-m rpfilter ${random.pick(["", "--invert", "--loose"])}`],
    [0.5, `-m pkttype ${not(random)}--pkt-type unicast`],
    [2, headerMatch(random, { family, hook, isTcp, not: not(random) })],
    [0.2, random.pick(["-m statistic --mode random --probability 0.5", "-m cpu --cpu 0"])],
    [0.3, "-m connlimit --connlimit-above 5000"],
  ]);
}

function target({ random, family, table, hook, below }: Place, isPlain: boolean, isTcp: boolean): string {
  const final = isPlain ? 0.15 : 1;
  const v4 = [
    "icmp-net-unreachable",
    "icmp-host-unreachable",
    "icmp-proto-unreachable",
    "icmp-port-unreachable",
    "icmp-net-prohibited",
    "icmp-host-prohibited",
    "icmp-admin-prohibited",
  ];
  const v6 = [
    "icmp6-no-route",
    "icmp6-adm-prohibited",
    "icmp6-addr-unreachable",
    "icmp6-port-unreachable",
    "icmp6-policy-fail",
    "icmp6-reject-route",
  ];
  const port = random.pick(PORTS);
  const to =
    family === 4 ? random.pick([SERVER.v4[1], CONTAINER.v4]) : random.pick([`[${SERVER.v6[1]}]`, `[${CONTAINER.v6}]`]);
  return random.weigh<string>([
    [5 * final, "-j ACCEPT"],
    [table === "nat" ? 0 : 3 * final, "-j DROP"],
    [
      table === "filter" ? 4 * final : 0,
      `-j REJECT --reject-with ${random.pick(isTcp ? [...(family === 4 ? v4 : v6), "tcp-reset"] : family === 4 ? v4 : v6)}`,
    ],
    [
      below.length > 0 ? 4 : 0,
      `${random.pick(["-j", "-j", "-g"])} ${random.pick(below.length > 0 ? below : ["ACCEPT"])}`,
    ],
    [2 * final, "-j RETURN"],
    [
      table === "mangle" ? 4 : 0.5,
      table === "mangle" || table === "raw"
        ? `-j MARK --set-xmark ${random.pick(["0x1/0xffffffff", "0x2/0x3", "0x0/0x1"])}`
        : "",
    ],
    [
      table === "mangle" ? 2 : 0,
      `-j CONNMARK ${random.pick(["--set-xmark 0x1/0xffffffff", "--save-mark --nfmask 0xffffffff --ctmask 0xffffffff", "--restore-mark --nfmask 0xffffffff --ctmask 0xffffffff"])}`,
    ],
    [table === "raw" ? 3 : 0, "-j CT --notrack"],
    [1, `-j LOG --log-prefix "x -j DROP "`],
    [
      table === "nat" && isTcp && (hook === "PREROUTING" || hook === "OUTPUT") ? 6 : 0,
      random.pick([`-j REDIRECT --to-ports ${port}`, `-j DNAT --to-destination ${to}:${port}`, "-j REDIRECT"]),
    ],
    [table === "nat" && (hook === "INPUT" || hook === "POSTROUTING") ? 5 : 0, sourceNat(random, family, hook, isTcp)],
    [table === "mangle" ? 2 : 0, headerTarget(random, family)],
    [0.3, `-j SET --add-set ${family === 4 ? "seen4" : "seen6"} src`],
  ]);
}

function sourceNat(random: Random, family: 4 | 6, hook: string, isTcp: boolean): string {
  const as =
    family === 4
      ? random.pick([SERVER.v4[1], "172.30.0.1", SERVER.v4[0], "172.30.0.1", CLIENT.v4[1]])
      : random.pick([SERVER.v6[1], "fd30::1"]);
  const ports = isTcp ? `${family === 4 ? as : `[${as}]`}:20000-30000` : as;
  const forms = [`-j SNAT --to-source ${as}`, `-j SNAT --to-source ${ports}`];
  if (hook === "POSTROUTING")
    forms.push("-j MASQUERADE", "-j MASQUERADE", isTcp ? "-j MASQUERADE --to-ports 20000-30000" : "");
  return random.pick(forms);
}
