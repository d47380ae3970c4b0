import { requireAddress } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import type { Dump } from "../../src/firewall/read.ts";
import type { Host } from "../../src/firewall/packet.ts";
import { until } from "../drive/until.ts";
import { Inhabited } from "./inhabited.ts";

/** What everybody listens on. */
export const PORTS = [80, 81, 82, 443, 8000, 8080] as const;

export const CLIENT = { v4: ["10.77.0.2", "10.77.0.9"], v6: ["fd77::2", "fd77::9"] } as const;
export const SERVER = { v4: ["10.77.0.1", "10.77.0.5"], v6: ["fd77::1", "fd77::5"] } as const;
export const CONTAINER = { v4: "172.30.0.2", v6: "fd30::2" } as const;

/** The server, as the evaluator is told of it. `eth0` leads to the client, `docker0` to the container. */
export const HOST: Host = {
  interfaces: [
    { name: "lo", addresses: [address("127.0.0.1", 8), address("::1", 128)] },
    {
      name: "eth0",
      addresses: [...SERVER.v4.map((text) => address(text, 24)), ...SERVER.v6.map((text) => address(text, 64))],
    },
    { name: "docker0", addresses: [address("172.30.0.1", 16), address("fd30::1", 64)] },
  ],
  routes: ["10.77.0.0/24", "fd77::/64"]
    .map((text) => ({ network: parseCidr(text)!, interface: "eth0" }))
    .concat(["172.30.0.0/16", "fd30::/64"].map((text) => ({ network: parseCidr(text)!, interface: "docker0" }))),
  forwards: { v4: true, v6: true },
  routeLocalnet: false,
  bridges: [],
};

function address(text: string, prefix: number) {
  return { address: requireAddress(text), prefix };
}

let count = 0;

/**
 * Three namespaces: a client, the server whose rules are tried, and a container behind it. Nothing but the rules decides
 * there: neighbours are known, ICMP has no rate limit, the way back is not checked.
 */
export class Town implements Disposable {
  readonly client: Inhabited;
  readonly server: Inhabited;
  readonly container: Inhabited;

  constructor() {
    const name = `portguard-${process.pid}-${++count}`;
    this.client = new Inhabited(`${name}c`);
    this.server = new Inhabited(`${name}s`);
    this.container = new Inhabited(`${name}b`);
    for (const each of [this.client, this.server, this.container]) silence(each);
    this.server.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    this.#link(this.client, "eth0", [...CLIENT.v4, ...CLIENT.v6], "eth0", [...SERVER.v4, ...SERVER.v6]);
    this.#link(this.container, "eth0", [CONTAINER.v4, CONTAINER.v6], "docker0", ["172.30.0.1", "fd30::1"]);
    for (const each of [this.client, this.container]) {
      const [v4, v6] = each === this.client ? [SERVER.v4[0], SERVER.v6[0]] : ["172.30.0.1", "fd30::1"];
      each.ip("route", "add", "default", "via", v4);
      each.ip("-6", "route", "add", "default", "via", v6);
    }
  }

  #link(to: Inhabited, theirs: string, addresses: readonly string[], ours: string, own: readonly string[]): void {
    this.server.ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", to.name);
    const macs = [macOf(this.server, ours), macOf(to, theirs)];
    settle(this.server, ours, own, addresses, macs[1]!);
    settle(to, theirs, addresses, own, macs[0]!);
  }

  /** Everybody listens on every port. */
  async open(): Promise<void> {
    const all = [
      [this.client, [...CLIENT.v4, ...CLIENT.v6]],
      [this.server, ["127.0.0.1", "::1", "172.30.0.1", "fd30::1", ...SERVER.v4, ...SERVER.v6]],
      [this.container, [CONTAINER.v4, CONTAINER.v6]],
    ] as const;
    const answers = await Promise.all(
      all.map(([each, addresses]) => each.do({ do: "listen", ports: PORTS, addresses })),
    );
    const failed = answers.find((answer) => answer.failed !== undefined);
    if (failed) throw new Error(failed.failed);
  }

  /** The rules as they are now in the server's namespace, from every tool. */
  async dump(): Promise<Dump[]> {
    const tools = [
      ["nft", "-j", "list", "ruleset"],
      ["nft", "--debug=netlink", "list", "ruleset"],
      ...["iptables-nft-save", "ip6tables-nft-save", "iptables-legacy-save", "ip6tables-legacy-save"].map((each) => [
        each,
      ]),
      ["ipset", "save"],
    ];
    return Promise.all(tools.map(async (argv) => ({ name: argv.join(" "), text: await this.server.run(argv) })));
  }

  /** No rule, no set, no connection is left. */
  async clear(): Promise<void> {
    await this.server.run(["nft", "flush", "ruleset"]);
    await Promise.all(
      ["iptables-legacy-restore", "ip6tables-legacy-restore"].map((tool) => this.server.run([tool], EMPTY_TABLES)),
    );
    await this.server.run(["ipset", "flush"]);
    // The kernel lets go of the rules that ask a set a little later.
    await until("no rule asks a set any more", async () => {
      const { code } = await this.server.do({ do: "run", argv: ["ipset", "destroy"] });
      return code === 0;
    });
    await this.server.run(["conntrack", "-F"]);
  }

  [Symbol.dispose](): void {
    for (const each of [this.client, this.server, this.container]) each[Symbol.dispose]();
  }
}

const CHAINS = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

const EMPTY_TABLES = Object.entries(CHAINS)
  .map(([table, chains]) => `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join("")}COMMIT\n`)
  .join("");

function silence(each: Inhabited): void {
  each.sysctl(
    "net.ipv4.icmp_ratelimit=0",
    "net.ipv4.icmp_msgs_per_sec=100000",
    "net.ipv4.icmp_msgs_burst=10000",
    "net.ipv6.icmp.ratelimit=0",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv6.conf.default.accept_dad=0",
    "net.ipv6.conf.default.addr_gen_mode=1",
  );
}

function macOf(space: Inhabited, device: string): string {
  return /link\/ether (\S+)/.exec(space.ip("link", "show", "dev", device))![1]!;
}

/** Addresses, and who has the others': rules may keep neighbours from being found. */
function settle(
  space: Inhabited,
  device: string,
  own: readonly string[],
  others: readonly string[],
  mac: string,
): void {
  space.ip("link", "set", device, "up");
  for (const each of own) {
    const prefix = each.includes(":") ? 64 : each.startsWith("172.") ? 16 : 24;
    // Of two addresses, IPv6 takes that which is not deprecated for its own.
    const nodad = each.includes(":")
      ? ["nodad", ...(each === own.at(-1) && own.length > 2 ? ["preferred_lft", "0"] : [])]
      : [];
    space.ip("address", "add", `${each}/${prefix}`, "dev", device, ...nodad);
  }
  for (const each of others) {
    space.ip("neigh", "replace", each, "dev", device, "lladdr", mac, "nud", "permanent");
  }
}
