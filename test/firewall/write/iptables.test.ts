import { describe, expect, test } from "bun:test";
import { findSameRule } from "../../../src/firewall/same-rule.ts";
import { need, needThat } from "../../need.ts";
import { Space } from "./space.ts";
import { Arena, PORTS } from "./arena.ts";
import { FOR_LAN, apply, expectCrashesClean, expectRange, expectWholeLife, planHere, revert } from "./contract.ts";

/** Rules as a server has them that refuses at the end, as Oracle's images do. */
async function refuseAll(arena: Arena): Promise<void> {
  for (const [program, reject] of [
    ["iptables", "icmp-host-prohibited"],
    ["ip6tables", "icmp6-adm-prohibited"],
  ] as const) {
    await arena.told(
      program,
      "-w",
      "-A",
      "INPUT",
      "-m",
      "conntrack",
      "--ctstate",
      "ESTABLISHED,RELATED",
      "-j",
      "ACCEPT",
    );
    await arena.told(program, "-w", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT");
    const ping = program === "iptables" ? "icmp" : "ipv6-icmp";
    await arena.told(program, "-w", "-A", "INPUT", "-p", ping, "-j", "ACCEPT");
    await arena.told(program, "-w", "-A", "INPUT", "-j", "REJECT", "--reject-with", reject);
  }
}

if (need("iptables", "ip6tables", "nft", "nsenter") && needThat("root", process.getuid?.() === 0)) {
  describe("iptables", () => {
    test("a rule at the head of INPUT opens the port for the LAN alone, and is taken back without a trace", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      expect((await arena.look(FOR_LAN)).owner).toMatchObject({ kind: "backend", backend: "iptables" });
      await expectWholeLife(arena, "iptables", () => arena.rules());
    });

    test("a range opens with both its ends, and nothing beside it", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      await expectRange(arena, "iptables", () => arena.rules());
    });

    test("killed between any two commands, it leaves what the journal can take back", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      expect(await expectCrashesClean(arena, "iptables", () => arena.rules())).toBeGreaterThanOrEqual(4);
    });

    test("for clients of one family the other family's rules are not touched", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      for (const [text, prefix, program, other] of [
        ["fd77::", 64, "ip6tables", "10.77.0.1"],
        ["10.77.0.0", 24, "iptables", "fd77::1"],
      ] as const) {
        const family = program === "iptables" ? 4 : 6;
        const from = { kind: "network", address: { family, text, scopeId: 0 }, prefix } as const;
        const request = { ...FOR_LAN, from };
        const before = await arena.rules();
        const plan = await planHere(arena, "iptables", request);
        expect(new Set(plan.apply.map(({ argv }) => argv[0]))).toEqual(new Set([program]));
        expect(await apply(arena, request, plan)).toMatchObject({ kind: "applied", changed: true });
        const own = family === 4 ? "10.77.0.1" : "fd77::1";
        const targets = [`${own}#${PORTS.asked}`, `${own}#${PORTS.other}`, `${other}#${PORTS.asked}`];
        expect(arena.connect(...targets)).toEqual(["connected", "shut", "shut"]);
        expect(await apply(arena, request, plan)).toMatchObject({ kind: "applied", changed: false });
        await revert(arena, request.id);
        expect(await arena.rules()).toBe(before);
      }
    });

    test("an equal rule of somebody else stays when ours is taken back", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      const theirs = ["INPUT", "-p", "tcp", "-s", "10.77.0.0/24", "--dport", String(PORTS.asked), "-j", "ACCEPT"];
      await arena.told("iptables", "-w", "-A", ...theirs);
      const before = await arena.rules();
      await apply(arena, FOR_LAN, await planHere(arena, "iptables", FOR_LAN));
      expect(arena.connect(`10.77.0.1#${PORTS.asked}`)).toEqual(["connected"]);
      await revert(arena, FOR_LAN.id);
      expect(await arena.rules()).toBe(before);
    });

    test("asked for again in the same words it is the same rule, and what it was before is taken back with it", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      const before = await arena.rules();
      await apply(arena, FOR_LAN, await planHere(arena, "iptables", FOR_LAN));
      const entries = arena.journal.list().flatMap((listed) => (listed.kind === "entry" ? [listed.entry] : []));
      expect(findSameRule(entries, { ...FOR_LAN, id: "other" }, "iptables")?.id).toBe(FOR_LAN.id);
      expect(findSameRule(entries, { ...FOR_LAN, forMs: 1 }, "iptables")).toBeUndefined();
      expect(findSameRule(entries, FOR_LAN, "nft")).toBeUndefined();

      // the machine has come to another network since
      const from = { kind: "network", address: { family: 4, text: "10.78.0.0", scopeId: 0 }, prefix: 24 } as const;
      const moved = await planHere(arena, "iptables", { ...FOR_LAN, from });
      expect(await apply(arena, FOR_LAN, moved)).toMatchObject({ kind: "applied", changed: true });
      await revert(arena, FOR_LAN.id);
      expect(await arena.rules()).toBe(before);
    });

    test("a step that fails takes the ones before it back", async () => {
      using arena = await Arena.open();
      await refuseAll(arena);
      const before = await arena.rules();
      const plan = await planHere(arena, "iptables", FOR_LAN);
      const broken = { ...plan.apply[1]!, argv: ["ip6tables", "-w", "-I", "NO-SUCH-CHAIN", "1", "-j", "ACCEPT"] };
      const applied = await apply(arena, FOR_LAN, { ...plan, apply: [plan.apply[0]!, broken] });
      expect(applied).toMatchObject({ kind: "failed", because: expect.stringContaining("`ip6tables` ended with") });
      expect(await arena.rules()).toBe(before);
      expect(arena.journal.list()).toEqual([]);
    });

    test("closing keeps others out and lets the machine itself in", async () => {
      using arena = await Arena.open();
      const before = await arena.rules();
      const request = { ...FOR_LAN, action: "close", from: { kind: "anywhere" } } as const;
      await apply(arena, request, await planHere(arena, "iptables", request));
      const [closed, other] = arena.connect(`10.77.0.1#${PORTS.asked}`, `10.77.0.1#${PORTS.other}`);
      expect([closed, other]).toEqual(["shut", "connected"]);
      const self = arena.server.run(
        process.execPath,
        `${import.meta.dir}/programs/connect.ts`,
        `>127.0.0.1#${PORTS.asked}`,
        `>10.77.0.1#${PORTS.asked}`,
      );
      expect(JSON.parse(self)).toEqual(["connected", "connected"]);
      await revert(arena, request.id);
      expect(withoutEmpty(await arena.rules())).toBe(withoutEmpty(before));
    });

    test("for a published port the rule stands in DOCKER-USER and knows it by the port that was asked for", async () => {
      using arena = await Arena.open();
      using container = new Space();
      await publish(arena, container);
      const before = await arena.rules();
      const target = `10.77.0.1#${PORTS.asked}`;
      expect(arena.connect(target)).toEqual(["shut"]);
      const plan = await planHere(arena, "iptables", FOR_LAN);
      expect(plan.rules.map(({ place, match }) => [place, match.untranslated])).toEqual([
        [{ kind: "xtables", table: "filter", chain: "DOCKER-USER", at: "first" }, true],
      ]);
      await apply(arena, FOR_LAN, plan);
      expect(arena.connect(target, `10.77.0.1#${PORTS.last}`)).toEqual(["connected", "shut"]);
      await revert(arena, FOR_LAN.id);
      expect(await arena.rules()).toBe(before);
      expect(arena.connect(target)).toEqual(["shut"]);
    });
  });
}

/** The tables that iptables makes by looking at them. */
function withoutEmpty(rules: string): string {
  return rules
    .replaceAll(/\*\w+\n(?::\w+ ACCEPT\n)+COMMIT\n?/g, "")
    .replaceAll(/table ip6? \w+ \{\n(?:\tchain \w+ \{\n\t\ttype [^\n]*; policy accept;\n\t\}\n\n?)*\}\n?/g, "")
    .trim();
}

/** Two ports of a container as docker publishes them, its address behind a bridge; DOCKER-USER refuses all of them. */
async function publish(arena: Arena, container: Space): Promise<void> {
  const { server } = arena;
  server.ip("link", "add", "docker0", "type", "veth", "peer", "name", "eth0", "netns", container.name);
  server.ip("addr", "add", "172.30.0.1/24", "dev", "docker0");
  server.ip("link", "set", "docker0", "up");
  container.ip("addr", "add", "172.30.0.2/24", "dev", "eth0");
  container.ip("link", "set", "eth0", "up");
  container.ip("route", "add", "default", "via", "172.30.0.1");
  server.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  await container.start(process.execPath, `${import.meta.dir}/programs/serve.ts`, "80", "81");
  const rules = [
    "-N DOCKER-USER",
    "-t nat -N DOCKER",
    "-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
    `-t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport ${PORTS.asked} -j DNAT --to-destination 172.30.0.2:80`,
    `-t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport ${PORTS.last} -j DNAT --to-destination 172.30.0.2:81`,
    "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-A FORWARD -j DOCKER-USER",
    "-A DOCKER-USER -i pg0 -j REJECT --reject-with icmp-host-unreachable",
  ];
  for (const rule of rules) await arena.told("iptables", "-w", ...rule.split(" "));
}
