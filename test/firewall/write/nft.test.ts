import { describe, expect, test } from "bun:test";
import { until } from "../../drive/until.ts";
import { need, needThat } from "../../need.ts";
import { Arena, PORTS } from "./arena.ts";
import { FOR_LAN, apply, expectCrashesClean, expectRange, expectWholeLife, planHere, revert } from "./contract.ts";

/** Two tables, each of which refuses: what opens one of them opens nothing. */
const RULES = `
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		reject with icmpx type admin-prohibited
	}
}
table ip second {
	chain guard {
		type filter hook input priority 10; policy accept;
		iifname "lo" accept
		ct state established,related accept
		tcp dport 8000-8099 reject with tcp reset
	}
}
table inet f2b-table {
	chain f2b-chain {
		type filter hook input priority -1; policy accept;
		tcp dport 22 ip saddr 192.0.2.1 reject
	}
}
`;

async function load(arena: Arena): Promise<void> {
  const ran = await arena.run({ argv: ["nft", "-f", "-"], input: RULES });
  if (ran.kind === "not-run" || ran.code !== 0) throw new Error(JSON.stringify(ran));
}

if (need("nft", "iptables", "nsenter") && needThat("root", process.getuid?.() === 0)) {
  describe("nft", () => {
    test("rules in every chain of this machine's own that refuses open the port, and go again by their handles", async () => {
      using arena = await Arena.open();
      await load(arena);
      const { owner } = await arena.look(FOR_LAN);
      expect(owner).toMatchObject({ kind: "backend", backend: "nft" });
      const plan = await planHere(arena, "nft", FOR_LAN);
      const places = plan.rules.map(({ place }) => (place.kind === "nft" ? `${place.family} ${place.table}` : ""));
      expect(places.toSorted()).toEqual(["inet filter", "inet filter", "ip second"]);
      await expectWholeLife(arena, "nft", () => arena.rules());
    });

    test("a range opens with both its ends, and nothing beside it", async () => {
      using arena = await Arena.open();
      await load(arena);
      await expectRange(arena, "nft", () => arena.rules());
    });

    test("killed between any two commands, it leaves what the journal can take back", async () => {
      using arena = await Arena.open();
      await load(arena);
      expect(await expectCrashesClean(arena, "nft", () => arena.rules())).toBeGreaterThanOrEqual(6);
    });

    test("rules that moved since are still found", async () => {
      using arena = await Arena.open();
      await load(arena);
      const before = await arena.rules();
      await apply(arena, FOR_LAN, await planHere(arena, "nft", FOR_LAN));
      const rule = ["insert", "rule", "inet", "filter", "input", "tcp", "dport", "22", "accept"];
      await arena.told("nft", ...rule);
      await revert(arena, FOR_LAN.id);
      expect(await arena.rules()).toBe(before.replace("\t\tct state", "\t\ttcp dport 22 accept\n\t\tct state"));
    });

    test("with a time, the ports stand in a set, and the kernel itself takes them out", async () => {
      using arena = await Arena.open();
      await load(arena);
      const before = await arena.rules();
      const target = `10.77.0.1#${PORTS.asked}`;
      const long = { ...FOR_LAN, id: "long", forMs: 1_800_000 };
      const plan = await planHere(arena, "nft", long);
      expect(plan.expires).toBe(true);
      await apply(arena, long, plan);
      expect(arena.connect(target)).toEqual(["connected"]);
      expect(await arena.told("nft", "list", "set", "inet", "filter", "portguard_long")).toMatch(
        /8000 timeout 30m expires/,
      );
      await revert(arena, long.id);

      const short = { ...FOR_LAN, id: "short", forMs: 1 };
      await apply(arena, short, await planHere(arena, "nft", short));
      await until("the port to be shut again", () => arena.connect(target)[0] === "shut");
      await revert(arena, short.id);
      expect(await arena.rules()).toBe(before);
    });

    test("closing keeps others out and lets the machine itself in", async () => {
      using arena = await Arena.open();
      const input = "table inet filter {\n chain input {\n type filter hook input priority 0; policy accept;\n }\n}\n";
      await arena.run({ argv: ["nft", "-f", "-"], input });
      const before = await arena.rules();
      const request = { ...FOR_LAN, action: "close", from: { kind: "anywhere" } } as const;
      await apply(arena, request, await planHere(arena, "nft", request));
      expect(arena.connect(`10.77.0.1#${PORTS.asked}`, `fd77::1#${PORTS.asked}`, `fd77::1#${PORTS.other}`)).toEqual([
        "shut",
        "shut",
        "connected",
      ]);
      await revert(arena, request.id);
      expect(await arena.rules()).toBe(before);
    });
  });
}
