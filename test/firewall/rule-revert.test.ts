import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { need, needThat } from "../need.ts";
import { listed, refuseByIptables, refuseByNft, rule } from "./rule-drive.ts";
import { Arena, PORTS } from "./write/arena.ts";

const PORT = String(PORTS.asked);
const FIREWALLS = { iptables: refuseByIptables, nft: refuseByNft } as const;

if (need("iptables", "ip6tables", "nft", "nsenter") && needThat("root", process.getuid?.() === 0)) {
  describe.each(["iptables", "nft"] as const)("a rule of %s", (backend) => {
    test("taken back, it leaves what others did meanwhile, and says where it was gone or has a twin", async () => {
      using arena = await Arena.open();
      await FIREWALLS[backend](arena);
      const from = ["--from", "10.77.0.0/24"];
      const before = await arena.rules();
      await rule(arena, PORT, ...from, "--apply", "--yes");
      const [id = ""] = Object.keys(await listed(arena));
      const twin = {
        iptables: ["iptables", "-w", "-A", "INPUT", ..."-p tcp -s 10.77.0.0/24 --dport 8000 -j ACCEPT".split(" ")],
        nft: [
          "nft",
          "add",
          "rule",
          "inet",
          "filter",
          "input",
          ..."ip saddr 10.77.0.0/24 tcp dport 8000 accept".split(" "),
        ],
      };
      await arena.told(...twin[backend]);
      const withTwin = await rule(arena, "--revert", id);
      expect([withTwin.exit, withTwin.stdout]).toEqual([0, expect.stringContaining(`taken back: ${id}`)]);
      const left = await arena.rules();
      expect(left.split("\n").filter((line) => !before.includes(line))).toHaveLength(backend === "nft" ? 1 : 2);
      // iptables-nft's own table is in both listings
      await rule(arena, PORT, ...from, "--apply", "--yes");
      await arena.told("nft", "flush", "ruleset");
      expect(Object.values(await listed(arena))).toEqual(["gone"]);
      const gone = await rule(arena, "--revert");
      expect([gone.exit, gone.stdout]).toEqual([0, expect.stringContaining("nothing of it was there any more")]);
      expect(await listed(arena)).toEqual({});
    });
  });

  describe("two at once", () => {
    test("of the same rule make one of it, and one that was killed at its turn keeps nobody waiting", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      const before = await arena.rules();
      const folder = join(arena.folder, "xdg", "portguard", "rules");
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Nobody has this number: whoever had it is gone.
      writeFileSync(join(folder, "turn"), `${2 ** 30} 1\n`, { mode: 0o600 });
      const both = await Promise.all([1, 2].map(() => rule(arena, PORT, "--apply", "--yes", "--json")));
      expect(both.map(({ exit, json }) => [exit, json["state"]])).toEqual([
        [0, "applied"],
        [0, "applied"],
      ]);
      expect(both.filter(({ json }) => json["changed"] === true)).toHaveLength(1);
      const ids = both.map(({ json }) => (json["rule"] as { readonly id: string }).id);
      expect(await listed(arena)).toEqual({ [ids[0]!]: "in place" });
      expect(ids[1]).toBe(ids[0]);
      expect((await rule(arena, "--revert")).exit).toBe(0);
      expect(await arena.rules()).toBe(before);
      expect(existsSync(join(folder, "turn"))).toBe(false);
    });
  });

  describe("a copy of a rule", () => {
    test("mark and all, is another's, and stays: that is said", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      await rule(arena, PORT, "--from", "10.77.0.0/24", "--apply", "--yes");
      const [id] = Object.keys(await listed(arena));
      const copy = `-p tcp -s 10.77.0.0/24 --dport 8000 -m comment --comment portguard:${id} -j ACCEPT`;
      await arena.told("iptables", "-w", "-I", "INPUT", ...copy.split(" "));
      const { exit, stdout } = await rule(arena, "--revert");
      expect([exit, stdout]).toEqual([
        0,
        expect.stringContaining("somebody else has put an equal one there, which stays"),
      ]);
      expect(arena.connect(`10.77.0.1#${PORT}`)).toEqual(["connected"]);
    });
  });
}
