import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRules } from "../../src/firewall/read.ts";
import { need, needThat } from "../need.ts";
import {
  type Compared,
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
import { PORTS, Town } from "./town.ts";
import { isWrong } from "./trial.ts";

const FIXTURES = join(import.meta.dir, "fixtures");

/** A folder holds what a tool writes: each file is loaded by its own tool. */
const FILES = [
  ["ipset.txt", "ipset", "restore"],
  ["iptables.txt", "iptables-nft-restore"],
  ["ip6tables.txt", "ip6tables-nft-restore"],
  ["ruleset.nft", "nft", "-f", "-"],
] as const;

const PROBES: readonly Probe[] = [
  ...(["v4", "v6"] as const).flatMap((family) => [
    ...PORTS.map((port) => fromClient(family, port)),
    ...[80, 81, 8080].map((port) => fromClient(family, port, 1, 1)),
    fromClient(family, 8080, 1),
    throughServer(family, 80),
    throughServer(family, 443),
    throughServer(family, 8000),
    fromContainer(family, 80),
    fromContainer(family, 8080),
    toClient(family, 80),
    byDatagram(fromClient(family, 81)),
    byDatagram(fromContainer(family, 80)),
    byDatagram(toClient(family, 443)),
  ]),
  toItself("127.0.0.1", 80),
  toItself("127.0.0.1", 8000),
  toItself("10.77.0.1", 8080),
  toItself("10.77.0.5", 81),
  toItself("::1", 8080),
];

const canTry = needThat("root", process.getuid?.() === 0) && need("ip", "nft", "iptables", "ipset", "conntrack");

describe.if(canTry)("rules as tools write them are evaluated as the kernel does", () => {
  let town: Town;
  const all: Compared[] = [];
  beforeAll(async () => {
    town = new Town();
    await town.open();
  });
  afterAll(() => town[Symbol.dispose]());

  async function tryFixture(name: string, variant: "nft" | "legacy"): Promise<Compared[]> {
    await town.clear();
    for (const [file, tool, ...rest] of FILES) {
      const path = join(FIXTURES, name, file);
      if (!existsSync(path)) continue;
      await town.server.run([tool.replace("-nft-", `-${variant}-`), ...rest], readFileSync(path, "utf8"));
    }
    return compare(town, readRules(await town.dump()), PROBES);
  }

  for (const name of readdirSync(FIXTURES)) {
    const hasTables = readdirSync(join(FIXTURES, name)).some((file) => file.includes("tables"));
    for (const variant of hasTables ? (["nft", "legacy"] as const) : (["nft"] as const)) {
      test(`${name}${hasTables ? `, loaded by iptables-${variant}` : ""}`, async () => {
        const compared = await tryFixture(name, variant);
        all.push(...compared);
        const unknown = compared.filter(({ expected }) => expected === undefined);
        expect(compared.filter(isWrong).map(say)).toEqual([]);
        expect(unknown.map(say)).toEqual([]);
      });
    }
  }

  test("of all these connections less than one in a hundred is left open", () => {
    const unknown = all.filter(({ expected }) => expected === undefined);
    expect(all.length).toBeGreaterThan(20 * PROBES.length);
    expect(unknown.length / all.length).toBeLessThan(0.01);
    // Each way in which a client may fare, so that nothing is right by being all the same.
    for (const got of ["connected", "timeout", "ECONNREFUSED", "EHOSTUNREACH", "EACCES"])
      expect(all.some((each) => each.got === got)).toBe(true);
  });
});
