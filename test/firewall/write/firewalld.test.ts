import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../../drive/until.ts";
import { need, needThat } from "../../need.ts";
import { Arena, PORTS } from "./arena.ts";
import { startFirewalld } from "./managers.ts";
import { FOR_LAN, apply, expectCrashesClean, expectRange, expectWholeLife, planHere, revert } from "./contract.ts";

async function rulesOf(arena: Arena): Promise<string> {
  const zones = await arena.told("firewall-cmd", "--list-all-zones");
  const kept = await arena.told("firewall-cmd", "--permanent", "--list-all-zones");
  return [await arena.rules(), zones, kept].join("\n");
}

const tools = need("firewalld", "firewall-cmd", "dbus-daemon", "iptables", "nft", "nsenter", "unshare");
if (tools && needThat("root", process.getuid?.() === 0)) {
  // firewalld takes seconds to start, and every command of it a good part of one.
  setDefaultTimeout(240_000);

  for (const engine of ["nftables", "iptables"] as const) {
    describe(`firewalld on ${engine}`, () => {
      test("a rule in the zone of the interface opens the port for the LAN alone, and is taken back without a trace", async () => {
        using arena = await Arena.open();
        await startFirewalld(arena, engine);
        const { owner, facts } = await arena.look(FOR_LAN);
        expect(owner).toMatchObject({ kind: "backend", backend: "firewalld" });
        expect(facts.firewalld).toMatchObject({ defaultZone: "public", engine, interfaces: ["pg0"] });
        await expectWholeLife(arena, "firewalld", () => rulesOf(arena));
      });

      test("a range opens with both its ends, and nothing beside it", async () => {
        using arena = await Arena.open();
        await startFirewalld(arena, engine);
        await expectRange(arena, "firewalld", () => rulesOf(arena));
      });

      test("what the zone denies by a rule of its own is opened by one that stands before it", async () => {
        using arena = await Arena.open();
        await startFirewalld(arena, engine);
        const deny = 'rule family="ipv4" port port="8000" protocol="tcp" reject';
        await arena.told("firewall-cmd", "--zone=public", `--add-rich-rule=${deny}`);
        const before = await rulesOf(arena);
        const target = `10.77.0.1#${PORTS.asked}`;
        expect(arena.connect(target)).toEqual(["shut"]);
        const plan = await planHere(arena, "firewalld", FOR_LAN);
        await apply(arena, FOR_LAN, plan);
        expect(arena.connect(target)).toEqual(["connected"]);
        await revert(arena, FOR_LAN.id);
        expect(await rulesOf(arena)).toBe(before);
      });
    });
  }

  describe("firewalld", () => {
    test("killed between any two commands, it leaves what the journal can take back", async () => {
      using arena = await Arena.open();
      await startFirewalld(arena, "nftables");
      const from = { kind: "network", address: { family: 4, text: "10.77.0.0", scopeId: 0 }, prefix: 24 } as const;
      const request = { ...FOR_LAN, from };
      expect(await expectCrashesClean(arena, "firewalld", () => rulesOf(arena), request)).toBeGreaterThanOrEqual(4);
    });

    test("the zone of a source is found before that of the interface", async () => {
      using arena = await Arena.open();
      await startFirewalld(arena, "nftables");
      await arena.told("firewall-cmd", "--zone=home", "--add-source=10.77.0.0/24");
      const before = await rulesOf(arena);
      const from = { kind: "network", address: { family: 4, text: "10.77.0.0", scopeId: 0 }, prefix: 24 } as const;
      const request = { ...FOR_LAN, from };
      const plan = await planHere(arena, "firewalld", request);
      expect(plan.apply.map(({ argv }) => argv[1])).toEqual(["--zone=home"]);
      await apply(arena, request, plan);
      expect(arena.connect(`10.77.0.1#${PORTS.asked}`)).toEqual(["connected"]);
      await revert(arena, request.id);
      expect(await rulesOf(arena)).toBe(before);
    });

    test("a port that was open before stays open when ours is taken back", async () => {
      using arena = await Arena.open();
      await startFirewalld(arena, "nftables");
      const request = { ...FOR_LAN, from: { kind: "anywhere" } } as const;
      await arena.told("firewall-cmd", "--zone=public", `--add-port=${PORTS.asked}/tcp`);
      const before = await rulesOf(arena);
      await apply(arena, request, await planHere(arena, "firewalld", request));
      await revert(arena, request.id);
      expect(await rulesOf(arena)).toBe(before);
      expect(arena.connect(`10.77.0.1#${PORTS.asked}`)).toEqual(["connected"]);
    });

    test("with a time, firewalld takes it back by itself, and the journal is cleared all the same", async () => {
      using arena = await Arena.open();
      await startFirewalld(arena, "nftables");
      const before = await rulesOf(arena);
      const request = { ...FOR_LAN, forMs: 1 };
      const plan = await planHere(arena, "firewalld", request);
      expect(plan.apply[0]?.argv).toContain("--timeout=1s");
      await apply(arena, request, plan);
      await until("the rules to be as before", async () => (await rulesOf(arena)) === before);
      await revert(arena, request.id);
    });
  });
}
