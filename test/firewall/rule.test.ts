import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../drive.ts";
import { Started } from "../drive/started.ts";
import { until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";
import { OwnNamespace } from "../os/own-namespace.ts";
import { listed, refuseByIptables, refuseByNft, rule, ruleKilled, stateOf } from "./rule-drive.ts";
import { Arena, PORTS } from "./write/arena.ts";

const PORT = String(PORTS.asked);
const ASKED = [`10.77.0.1#${PORT}`, `fd77::1#${PORT}`] as const;
const BESIDE = `10.77.0.1#${PORTS.other}`;
const SHUT = ["shut", "shut", "shut"];
const FIREWALLS = { iptables: refuseByIptables, nft: refuseByNft } as const;

if (need("iptables", "ip6tables", "nft", "nsenter", "setpriv") && needThat("root", process.getuid?.() === 0)) {
  describe.each(["iptables", "nft"] as const)("where %s refuses", (backend) => {
    test("the rule is applied, listed, applied again without a change, and taken back without a trace", async () => {
      using arena = await Arena.open();
      await FIREWALLS[backend](arena);
      const before = await arena.rules();
      expect(arena.connect(...ASKED, BESIDE)).toEqual(SHUT);
      const offered = await rule(arena, PORT, "--json");
      expect(offered).toMatchObject({ exit: 0, json: { ok: true, state: "offered", backend } });
      expect(await arena.rules()).toBe(before);

      expect(await rule(arena, PORT, "--apply", "--yes")).toMatchObject({ exit: 0, stderr: "" });
      expect(arena.connect(...ASKED, BESIDE)).toEqual(["connected", "connected", "shut"]);
      const applied = await arena.rules();
      const rules = await listed(arena);
      expect(Object.values(rules)).toEqual(["in place"]);

      const again = await rule(arena, PORT, "--apply", "--yes", "--json");
      expect(again).toMatchObject({ exit: 0, json: { state: "applied", changed: false } });
      expect(await arena.rules()).toBe(applied);
      expect(await listed(arena)).toEqual(rules);
      const now = await rule(arena, PORT);
      expect([now.exit, now.stdout]).toEqual([0, expect.stringContaining("nothing blocks it")]);

      expect((await rule(arena, "--revert", Object.keys(rules)[0]!)).exit).toBe(0);
      expect(await arena.rules()).toBe(before);
      expect(await listed(arena)).toEqual({});
      expect(arena.connect(...ASKED, BESIDE)).toEqual(SHUT);
    });

    test("killed at any of its commands, it leaves what --revert takes back", async () => {
      using arena = await Arena.open();
      await FIREWALLS[backend](arena);
      const before = await arena.rules();
      let deaths = 0;
      for (const when of ["before", "behind"] as const) {
        for (let at = 0; await ruleKilled(arena, { at, when }, PORT, "--apply", "--yes"); at++) {
          deaths++;
          expect((await arena.rules()) === before).toBe(at === 0 && when === "before");
          expect(await rule(arena, "--revert")).toMatchObject({ exit: 0 });
          expect(await arena.rules()).toBe(before);
          expect(await listed(arena)).toEqual({});
        }
        // The last one lived.
        expect(arena.connect(...ASKED, BESIDE)).toEqual(["connected", "connected", "shut"]);
        expect((await rule(arena, "--revert")).exit).toBe(0);
      }
      expect(deaths).toBeGreaterThanOrEqual(4);
    });

    test("with --for it ends by itself, when portguard is long gone", async () => {
      using arena = await Arena.open();
      await FIREWALLS[backend](arena);
      expect((await rule(arena, PORT, "--from", "anywhere", "--for", "3s", "--apply", "--yes")).exit).toBe(0);
      expect(arena.connect(ASKED[0])).toEqual(["connected"]);
      await until("its end", () => arena.connect(ASKED[0])[0] === "shut");
    });

    test("it is printed as one types it, and typed so it opens the port", async () => {
      using arena = await Arena.open();
      await FIREWALLS[backend](arena);
      const { stdout } = await rule(arena, PORT);
      const lines = stdout.split("\n");
      const commands = lines.slice(lines.indexOf("  apply") + 1, lines.indexOf("  verify"));
      expect(commands.length).toBeGreaterThan(0);
      await arena.told("bash", "-ec", commands.join("\n"));
      expect(arena.connect(...ASKED, BESIDE)).toEqual(["connected", "connected", "shut"]);
    });
  });

  describe("before a rule is offered", () => {
    test("where nothing blocks, nothing is done, and that is a yes", async () => {
      using arena = await Arena.open();
      const before = await arena.rules();
      for (const args of [[PORT], [PORT, "--apply", "--yes"], [PORT, "--backend", "nft"]]) {
        const { exit, stdout } = await rule(arena, ...args);
        expect([exit, stdout]).toEqual([0, expect.stringContaining("nothing blocks it")]);
      }
      expect(await arena.rules()).toBe(before);
      expect(await listed(arena)).toEqual({});
    });

    test("one that would not help is not, and what is in its way is named", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      await arena.told("iptables", "-w", "-t", "raw", "-A", "PREROUTING", "-p", "tcp", "--dport", PORT, "-j", "DROP");
      const before = await arena.rules();
      const { exit, stdout } = await rule(arena, PORT, "--from", "10.77.0.0/24", "--apply", "--yes");
      expect([exit, stdout]).toEqual([1, expect.stringContaining("it would still be blocked")]);
      expect(stdout).toContain("`iptables -t raw -D PREROUTING 1`");
      expect(await arena.rules()).toBe(before);
    });

    test("of two firewalls each is opened by its name, and said to be half of it", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      await refuseByNft(arena);
      // both chains have the same priority: which one is asked first is not for us to choose
      const alone = await rule(arena, PORT);
      expect(alone.exit).toBe(1);
      const named =
        /`--backend (\w+)` has this half/.exec(alone.stdout) ?? /front of it: `--backend (\w+)`/.exec(alone.stdout);
      const first = named?.[1] ?? "";
      const half = await rule(arena, PORT, "--backend", first);
      const second = first === "nft" ? "iptables" : "nft";
      expect([half.exit, half.stdout]).toEqual([1, expect.stringContaining("alone it does not help")]);
      expect(half.stdout).toContain(`wants a rule in front of it: \`--backend ${second}\``);
      const applied = await rule(arena, PORT, "--backend", first, "--apply", "--yes");
      expect([applied.exit, applied.stdout]).toEqual([0, expect.stringContaining("alone it does not help")]);
      expect(applied.stdout).toContain(`\`--backend ${second}\``);
      expect(arena.connect(...ASKED, BESIDE)).toEqual(SHUT);
      expect((await rule(arena, PORT, "--backend", second, "--apply", "--yes")).exit).toBe(0);
      expect(arena.connect(...ASKED, BESIDE)).toEqual(["connected", "connected", "shut"]);
      const several = await rule(arena, "--revert");
      expect([several.exit, several.stderr]).toEqual([2, expect.stringContaining("there are 2 rules of ours")]);
      expect((await rule(arena, PORT, "--revert")).exit).toBe(0);
      expect(arena.connect(...ASKED, BESIDE)).toEqual(SHUT);
    });

    test("a port can be closed as well, but not to this machine itself", async () => {
      using arena = await Arena.open();
      expect((await rule(arena, PORT, "--close", "--apply", "--yes")).exit).toBe(0);
      expect(arena.connect(...ASKED, BESIDE)).toEqual(["shut", "shut", "connected"]);
      arena.server.run("bash", "-c", `: </dev/tcp/127.0.0.1/${PORT}`);
      expect((await rule(arena, "--revert")).exit).toBe(0);
      expect(arena.connect(...ASKED)).toEqual(["connected", "connected"]);
    });
  });

  describe("a rule with an end", () => {
    test("is kept by one process of our own, which goes with the rule", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      const apply = [PORT, "--for", "1h", "--apply", "--yes"];
      expect((await rule(arena, ...apply)).exit).toBe(0);
      const folder = join(arena.folder, "xdg", "portguard", "rules");
      const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".keeper"));
      const pid = Number(readFileSync(join(folder, file), "utf8"));
      expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain("__revert");
      await rule(arena, ...apply);
      expect(readFileSync(join(folder, file), "utf8")).toBe(`${pid}\n`);
      expect((await rule(arena, "--revert")).exit).toBe(0);
      await until("the end of the process", () => !existsSync(`/proc/${pid}/cmdline`) || isDead(pid));
      expect(readdirSync(folder)).toEqual([]);
    });

    test("that is past it is cleared away with the next one, though nobody kept it", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      const before = await arena.rules();
      await rule(arena, PORT, "--for", "2s", "--apply", "--yes");
      const folder = join(arena.folder, "xdg", "portguard", "rules");
      const keeper = readdirSync(folder).find((name) => name.endsWith(".keeper"))!;
      process.kill(Number(readFileSync(join(folder, keeper), "utf8")), "SIGKILL");
      await until("its time", async () => Object.values(await listed(arena)).includes("over"));
      const [id] = Object.keys(await listed(arena));
      const { stdout } = await rule(arena, "--list");
      expect(stdout).toMatch(new RegExp(`^${id}: its time is over, .*: \`.*portguard rule --revert ${id}\`$`, "m"));
      expect(arena.connect(ASKED[0])).toEqual(["connected"]);
      await rule(arena, String(PORTS.other), "--apply", "--yes");
      expect(arena.connect(...ASKED, BESIDE)).toEqual(["shut", "shut", "connected"]);
      expect((await rule(arena, "--revert")).exit).toBe(0);
      expect(await arena.rules()).toBe(before);
    });
  });

  describe("who is asked first", () => {
    async function answer(arena: Arena, text: string): Promise<Started> {
      const argv = ["ip", "netns", "exec", arena.server.name, ...stateOf(arena), binary(), "rule", PORT, "--apply"];
      const started = new Started(argv, { cwd: "/", env: process.env, stdio: "terminal" });
      await until("the question", () => started.screen.includes("[y/N]") || started.hasEnded);
      expect(started.screen).toContain("let tcp 8000 in from the LAN, by iptables? [y/N]");
      started.write(`${text}\r`);
      await until("its end", () => started.hasEnded);
      started.close();
      return started;
    }

    test("at a terminal yes means yes, and everything else leaves all as it is", async () => {
      using arena = await Arena.open();
      await refuseByIptables(arena);
      const before = await arena.rules();
      for (const text of ["", "n", "yesterday"]) expect((await answer(arena, text)).end).toBe(1);
      expect(await arena.rules()).toBe(before);
      expect((await answer(arena, "y")).end).toBe(0);
      expect(arena.connect(ASKED[0])).toEqual(["connected"]);
    });

    test("without one it takes --yes", async () => {
      using arena = await Arena.open();
      const { exit, stdout, stderr } = await rule(arena, PORT, "--apply");
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
      expect(stderr).toContain("there is nobody to ask\nportguard: hint: add --yes");
    });
  });

  describe("what can't be", () => {
    test("without root nothing is known, and sudo is what helps", async () => {
      using arena = await Arena.open();
      const folder = mkdtempSync(join(tmpdir(), "portguard-nobody-"));
      const copy = join(folder, "portguard");
      copyFileSync(binary(), copy);
      for (const path of [folder, copy]) chmodSync(path, 0o755);
      const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "PATH=/usr/bin:/bin"];
      for (const flags of [[], ["--apply", "--yes"]]) {
        const ran = await arena.run({ argv: [...nobody, `XDG_STATE_HOME=${folder}`, copy, "rule", PORT, ...flags] });
        expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining("sudo") as string });
      }
      rmSync(folder, { recursive: true });
    });

    test("a machine on no network of others is told that nobody could connect, or gets the rule written beforehand", async () => {
      using alone = new OwnNamespace();
      const argv = [
        "ip",
        "netns",
        "exec",
        alone.name,
        "env",
        `XDG_STATE_HOME=${mkdtempSync(join(tmpdir(), "portguard-alone-"))}`,
        binary(),
      ];
      const ask = (...args: readonly string[]) => Bun.spawnSync([...argv, "rule", PORT, ...args]);
      const { exitCode, stdout } = ask();
      expect([exitCode, stdout.toString()]).toEqual([
        1,
        expect.stringMatching(
          /this machine has no address that another machine could connect to\n +connect it to a network first/,
        ),
      ]);
      const written = ask("--backend", "iptables", "--from", "192.168.1.0/24");
      expect([written.exitCode, written.stdout.toString()]).toEqual([3, expect.stringContaining("-s 192.168.1.0/24")]);
    });

    test("a line that is wrong, or a rule that is not there, is one clear line", async () => {
      using arena = await Arena.open();
      for (const [args, exit, text] of [
        [[PORT, "--in", "eth7"], 2, "there is no interface `eth7` here"],
        [[PORT, "--in", "pg+"], 2, "is not the name of one interface"],
        [[PORT, "--backend", "netsh", "--apply", "--yes"], 2, "this machine has linux"],
        [[PORT, "--os", "windows", "--program", "node.exe"], 2, "is not the whole path of a program"],
        [["--revert", "abcd2345"], 1, "there is no rule abcd2345 of ours"],
        [[PORT, "--revert"], 1, "there is no rule of ours for tcp 8000"],
        [["--revert"], 1, "there is no rule of ours"],
      ] as const) {
        const ran = await rule(arena, ...args);
        expect([args, ran.exit, ran.stdout + ran.stderr]).toEqual([
          args,
          exit,
          expect.stringContaining(text) as string,
        ]);
      }
    });

    test("for another system the commands are printed, and nothing is read or done here", async () => {
      using arena = await Arena.open();
      const windows = await rule(arena, PORT, "--os", "windows");
      expect([windows.exit, windows.stdout]).toEqual([
        0,
        expect.stringContaining("netsh advfirewall firewall add rule"),
      ]);
      const macos = await rule(arena, PORT, "--os", "macos", "--from", "192.168.1.0/24");
      expect([macos.exit, macos.stdout]).toEqual([0, expect.stringMatching(/printf %s .* \| sudo pfctl -a /)]);
      const program = await rule(arena, PORT, "--os", "macos", "--program", "/usr/local/bin/node");
      expect(program.stdout).toContain(
        "sudo /usr/libexec/ApplicationFirewall/socketfilterfw --add /usr/local/bin/node",
      );
    });
  });
}

/** It ended, and whoever has it for a child has not looked yet. */
function isDead(pid: number): boolean {
  return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
