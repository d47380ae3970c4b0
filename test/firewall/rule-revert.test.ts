import { describe, expect, test } from "bun:test";
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
