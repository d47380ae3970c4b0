import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readRules } from "../../src/firewall/read.ts";
import { need, needThat } from "../need.ts";
import {
  type Probe,
  byDatagram,
  compare,
  describe as say,
  fromClient,
  fromContainer,
  throughServer,
  toClient,
  toItself,
} from "./probes.ts";
import type { PrivateJob } from "./programs/in-private.ts";
import { Town } from "./town.ts";
import { isWrong } from "./trial.ts";

const PROBES: readonly Probe[] = [
  ...(["v4", "v6"] as const).flatMap((family) => [
    ...[80, 81, 82, 443, 8000, 8080].map((port) => fromClient(family, port)),
    ...[80, 81, 443].map((port) => fromClient(family, port, 1, 1)),
    throughServer(family, 80),
    throughServer(family, 8000),
    fromContainer(family, 80),
    fromContainer(family, 8080),
    toClient(family, 80),
    byDatagram(fromClient(family, 81)),
    byDatagram(fromContainer(family, 80)),
    byDatagram(toClient(family, 443)),
  ]),
  toItself("127.0.0.1", 80),
  toItself("10.77.0.1", 81),
  toItself("::1", 8000),
];

const canTry =
  needThat("root", process.getuid?.() === 0) && need("ip", "nft", "iptables", "ipset", "conntrack", "unshare");

describe.if(canTry)("what real managers make of their own settings is what the kernel does", () => {
  let town: Town;
  beforeAll(async () => {
    town = new Town();
    await town.open();
  });
  afterAll(() => town[Symbol.dispose]());

  /** Has the manager write its rules, and sends every probe against them. */
  async function check(job: PrivateJob): Promise<{ wrong: string[]; unknown: string[]; got: Set<string> }> {
    await town.clear();
    const program = join(import.meta.dir, "programs", "in-private.ts");
    const argv = ["unshare", "-m", "--propagation", "private", process.execPath, program, JSON.stringify(job)];
    await town.server.run(argv);
    const compared = await compare(town, readRules(await town.dump()), PROBES);
    return {
      wrong: compared.filter(isWrong).map(say),
      unknown: compared.filter(({ expected }) => expected === undefined).map(say),
      got: new Set(compared.map(({ got }) => got)),
    };
  }

  const ufw = (...rules: readonly string[]) => rules.map((rule) => ["ufw", ...rule.split(" ")]);
  const zone = (name: string, ...options: readonly string[]) => ["firewall-cmd", `--zone=${name}`, ...options];

  if (need("ufw")) {
    test("ufw, denying by default", async () => {
      const commands = ufw(
        "--force enable",
        "allow 80/tcp",
        "deny from 10.77.0.9 to any port 81 proto tcp",
        "allow 81/tcp",
        "reject 82/tcp",
        "limit 443/tcp",
        "allow in on docker0 to any port 8080 proto tcp",
        "allow from fd77::/64 to any port 8000:8010 proto tcp",
        "route allow in on eth0 out on docker0 to any port 80 proto tcp",
      );
      const { wrong, unknown, got } = await check({ manager: "ufw", commands });
      expect([wrong, unknown]).toEqual([[], []]);
      expect(got).toEqual(new Set(["connected", "timeout", "ECONNREFUSED"]));
    });

    test("ufw, rejecting by default and allowing what goes through, logging everything", async () => {
      const commands = ufw(
        "--force enable",
        "default reject incoming",
        "default deny outgoing",
        "default allow routed",
        "logging full",
        "allow 8000:8080/tcp",
        "deny from 10.77.0.2 to 10.77.0.1 port 8080 proto tcp",
        "route reject proto tcp to any port 8000",
      );
      const { wrong, unknown } = await check({ manager: "ufw", commands });
      expect([wrong, unknown]).toEqual([[], []]);
    });
  }

  if (need("ufw")) {
    test("ufw and docker, whose published ports pass ufw by", async () => {
      const docker = join(import.meta.dir, "fixtures", "docker", "iptables.txt");
      const commands = [
        ...ufw("--force enable", "allow 443/tcp", "route deny in on eth0 out on docker0 to any port 81 proto tcp"),
        ["iptables-restore", "--noflush", docker],
      ];
      const { wrong, unknown, got } = await check({ manager: "ufw", commands });
      expect([wrong, unknown]).toEqual([[], []]);
      expect([...got]).toEqual(expect.arrayContaining(["connected", "timeout"]));
    });
  }

  if (need("firewalld", "firewall-cmd", "dbus-daemon")) {
    for (const backend of ["nftables", "iptables"] as const) {
      test(`firewalld with ${backend}: zones by interface and source, rich rules, forwarded ports`, async () => {
        const commands = [
          zone("public", "--add-interface=eth0"),
          zone("public", "--add-port=80/tcp"),
          zone("public", "--add-service=https"),
          zone("drop", "--add-source=10.77.0.9"),
          zone("trusted", "--add-source=fd77::9"),
          zone("internal", "--add-interface=docker0"),
          zone("internal", "--add-port=8080/tcp"),
          zone(
            "public",
            "--add-rich-rule=rule priority=-5 family=ipv4 source address=10.77.0.2 port port=443 protocol=tcp reject",
          ),
          zone("public", "--add-rich-rule=rule family=ipv6 port port=8000 protocol=tcp drop"),
          zone("public", "--add-forward-port=port=81:proto=tcp:toport=8080"),
          zone("public", "--add-forward-port=port=82:proto=tcp:toport=80:toaddr=172.30.0.2"),
        ];
        const { wrong, unknown } = await check({ manager: `firewalld-${backend}`, commands });
        expect([wrong, unknown]).toEqual([[], []]);
      });

      test(`firewalld with ${backend} in panic lets nothing through`, async () => {
        const { wrong, unknown, got } = await check({
          manager: `firewalld-${backend}`,
          commands: [zone("trusted", "--add-interface=eth0"), ["firewall-cmd", "--panic-on"]],
        });
        expect([wrong, unknown]).toEqual([[], []]);
        expect(got).toEqual(new Set(["timeout"]));
      });
    }
  }
});
