import { describe, expect, test } from "bun:test";
import { need, needThat } from "../../need.ts";
import { Arena, PORTS } from "./arena.ts";
import { enableUfw } from "./managers.ts";
import { FOR_LAN, apply, expectCrashesClean, expectRange, expectWholeLife, planHere, revert } from "./contract.ts";

async function rulesOf(arena: Arena): Promise<string> {
  return [await arena.rules(), await arena.told("cat", "/etc/ufw/user.rules", "/etc/ufw/user6.rules")].join("\n");
}

if (need("ufw", "iptables", "nft", "nsenter", "unshare") && needThat("root", process.getuid?.() === 0)) {
  describe("ufw", () => {
    test("a rule in front opens the port for the LAN alone, and is taken back without a trace", async () => {
      using arena = await Arena.open();
      await enableUfw(arena);
      await arena.told("ufw", "reject", `${PORTS.asked}/tcp`);
      await arena.told("ufw", "reject", `${PORTS.other}/tcp`);
      expect((await arena.look(FOR_LAN)).owner).toMatchObject({ kind: "backend", backend: "ufw" });
      await expectWholeLife(arena, "ufw", () => rulesOf(arena));
    });

    test("a range opens with both its ends, and nothing beside it", async () => {
      using arena = await Arena.open();
      await enableUfw(arena);
      await expectRange(arena, "ufw", () => rulesOf(arena));
    });

    test("killed between any two commands, it leaves what the journal can take back", async () => {
      using arena = await Arena.open();
      await enableUfw(arena);
      expect(await expectCrashesClean(arena, "ufw", () => rulesOf(arena))).toBeGreaterThanOrEqual(4);
    });

    test("an equal rule of others, which ufw would neither pass nor move, stays where it is", async () => {
      using arena = await Arena.open();
      await enableUfw(arena);
      await arena.told("ufw", "reject", `${PORTS.asked}/tcp`);
      const before = await rulesOf(arena);
      const request = { ...FOR_LAN, from: { kind: "anywhere" } } as const;
      const target = [`10.77.0.1#${PORTS.asked}`, `fd77::1#${PORTS.asked}`, `fd78::2>fd78::1#${PORTS.asked}`];
      expect(arena.connect(...target)).toEqual(["shut", "shut", "shut"]);
      const plan = await planHere(arena, "ufw", request);
      expect(plan.apply.map(({ argv }) => argv[argv.indexOf("from") + 1])).toEqual([
        "0.0.0.0/1",
        "128.0.0.0/1",
        "::/1",
        "8000::/1",
      ]);
      await apply(arena, request, plan);
      expect(arena.connect(...target, `10.77.0.1#${PORTS.other}`)).toEqual([
        "connected",
        "connected",
        "connected",
        "shut",
      ]);
      await revert(arena, request.id);
      expect(await rulesOf(arena)).toBe(before);
    });

    test("one address and one interface are told as ufw itself writes them", async () => {
      using arena = await Arena.open();
      await enableUfw(arena);
      const before = await rulesOf(arena);
      for (const text of ["10.77.0.2", "fd77::2"]) {
        const host = { family: text.includes(":") ? 6 : 4, text, scopeId: 0 } as const;
        const from = { kind: "network", address: host, prefix: host.family === 4 ? 32 : 128 } as const;
        const request = { ...FOR_LAN, from, interface: "pg0" };
        const plan = await planHere(arena, "ufw", request);
        expect(await apply(arena, request, plan)).toMatchObject({ kind: "applied", changed: true });
        expect(await apply(arena, request, plan)).toMatchObject({ kind: "applied", changed: false });
        const server = host.family === 4 ? "10.77.0.1" : "fd77::1";
        expect(arena.connect(`${server}#${PORTS.asked}`)).toEqual(["connected"]);
        await revert(arena, request.id);
      }
      expect(await rulesOf(arena)).toBe(before);
    });
  });
}
