import { describe, expect, test } from "bun:test";
import { need, needThat } from "../need.ts";
import { refuseByIptables, refuseEverybody, rule } from "./rule-drive.ts";
import { Arena, PORTS } from "./write/arena.ts";

const PORT = String(PORTS.asked);
const APPLY = ["--from", "10.77.0.0/24", "--apply", "--yes"];

/** What a connection showed of the rule, in text and in JSON; the rule is taken back in between. */
async function probe(arena: Arena, port: string, ...flags: readonly string[]) {
  const told = await rule(arena, port, ...APPLY, ...flags);
  expect((await rule(arena, "--revert")).exit).toBe(0);
  const { exit, json } = await rule(arena, port, ...APPLY, ...flags, "--json");
  await rule(arena, "--revert");
  return { exits: [told.exit, exit], text: told.stdout, probe: json["probe"] as { kind: string; what: string } };
}

if (need("iptables", "ip6tables", "nft", "python3") && needThat("root", process.getuid?.() === 0)) {
  describe("a rule that was applied is tried by a real connection,", () => {
    test("which is said to have got in where the rules stopped it before", async () => {
      using arena = await Arena.open();
      await refuseEverybody(arena);
      const { exits, text, probe: shown } = await probe(arena, PORT);
      expect(exits).toEqual([0, 0]);
      const what = `a real connection from this machine to 10.77.0.1:${PORT} gets in, which the rules stopped before`;
      expect(shown).toEqual({ kind: "passed", what });
      expect(text).toContain(`  ${what}\n`);
    });

    test("which proves nothing where the loopback is let through anyway, and that is said", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      const { exits, text, probe: shown } = await probe(arena, PORT);
      expect(exits).toEqual([0, 0]);
      expect(shown.kind).toBe("proves-nothing");
      expect(shown.what).toContain(
        `10.77.0.1:${PORT} proves nothing, since rule 2 of chain INPUT (iptables filter) lets it in`,
      );
      expect(text).toContain("  by the rules it gets in; not shown by a connection: ");
      expect(text).not.toContain("a real connection from this machine");
    });

    test("which is not made where nobody listens, or nothing would be shown by it", async () => {
      using arena = await Arena.open();
      await refuseEverybody(arena);
      expect((await probe(arena, "8999")).probe).toEqual({
        kind: "not-made",
        what: "not tried: nobody listens on tcp 8999 here",
      });
      await arena.told("iptables", "-w", "-F", "INPUT");
      expect((await probe(arena, PORT, "--close")).probe.kind).toBe("not-made");
    });

    test("which fails where the server itself is not there for others, though the rules let them in", async () => {
      using arena = await Arena.open();
      await refuseEverybody(arena);
      const server =
        "import socket,time; s=socket.create_server(('127.0.0.1', 8998)); print('up', flush=True); time.sleep(600)";
      await arena.server.start("python3", "-c", server);
      const { exits, text, probe: shown } = await probe(arena, "8998");
      expect([exits, shown.kind]).toEqual([[0, 0], "failed"]);
      expect(text).toContain("by the rules it gets in; but 10.77.0.1:8998 can't be reached: ");
      expect(text).toContain("listens on 127.0.0.1:8998 only");
    });
  });
}
