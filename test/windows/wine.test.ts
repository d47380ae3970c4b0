import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingForWine } from "../../scripts/wine.ts";
import { loadOs } from "../../src/os/index.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { needThat } from "../need.ts";
import { testFirewall } from "./firewall-suite.ts";
import { testFree } from "./free-suite.ts";
import { testNetwork } from "./network-suite.ts";
import { testTree } from "./tree-suite.ts";
import { testWho } from "./who-suite.ts";
import { isFree, parseLines, Wine } from "./wine.ts";

/** The first build may download the Windows Bun, and every program starts within a second or two. */
const BUILD_MS = 300_000;
const TEST_MS = 120_000;

/** What Winsock says to those who ask for a port that is held exclusively. */
const REFUSED = /^\S+ \w+ (10048|10013)$/;

const missing = missingForWine();
if (needThat(missing.join(", "), missing.length === 0)) describe("Windows, under wine 10", runSuite);

function runSuite(): void {
  setDefaultTimeout(TEST_MS);
  let wine: Wine;
  beforeAll(async () => {
    wine = await Wine.build();
  }, BUILD_MS);
  afterAll(async () => {
    using _ = wine;
    await until("nothing that was started is left", () => !wine || wine.left().length === 0);
  });

  describe("a hold", () => {
    test("refuses every other process's bind, and is gone with its process", async () => {
      const port = freePort();
      const holder = wine.start("portguard.exe", "reserve", String(port));
      await holder.says(`held on 0.0.0.0:${port} and [::]:${port}`);
      const [tries] = (await wine.ask("program.exe", "steal-once", String(port))) as string[][];
      expect(tries).toHaveLength(12);
      for (const each of tries!) expect(each).toMatch(REFUSED);
      const second = await wine.run("portguard.exe", "reserve", String(port));
      expect(second.stderr).toContain(
        `port ${port} is reserved as \`win-${port}\` in Z:\\win, and held by portguard (pid `,
      );
      expect(second.end).toBe(125);
      holder.kill();
      await isFree(port);
      const [again] = (await wine.ask("program.exe", "steal-once", String(port))) as string[][];
      expect(again?.[0]).toBe("0.0.0.0 plain 0");
    });

    test("takes nothing when one address is taken, and names who has it", async () => {
      const port = freePort();
      const server = wine.start("program.exe", "serve", String(port), "127.0.0.1");
      await server.says("ready");
      const [ready] = parseLines(server.heard.stdout) as { ready: number }[];
      const refused = await wine.run("portguard.exe", "reserve", String(port));
      expect(refused.stderr).toContain(`port ${port} is held by program (pid ${ready?.ready}) on 127.0.0.1:${port}`);
      expect(refused.stderr).toContain(`program.exe serve ${port} 127.0.0.1`);
      expect(refused.end).toBe(125);
      const [narrow] = await wine.ask("os-probe.exe", "hold", String(port), "tcp", "::1");
      expect(narrow).toMatchObject({ kind: "held", members: [{ address: { text: "::1" }, port }] });
      server.kill();
    });

    test("lets the system choose one port for both families, and holds UDP", async () => {
      const [any] = await wine.ask("os-probe.exe", "hold", "0", "udp");
      expect(any).toMatchObject({
        kind: "held",
        members: [{ address: { text: "0.0.0.0" } }, { address: { text: "::" } }],
      });
      const { port, members } = any as { port: number; members: { port: number }[] };
      expect(port).toBeGreaterThan(0);
      expect(members.map((member) => member.port)).toEqual([port, port]);
    });

    test("of an address that is not ours is refused", async () => {
      const [outcome] = await wine.ask("os-probe.exe", "hold", "0", "tcp", "198.51.100.7");
      expect(outcome).toMatchObject({ kind: "not-local", at: { address: { text: "198.51.100.7" } } });
    });

    test("says when netsh has the port in an excluded range", async () => {
      const port = freePort();
      // A hold outside of wine is refused with 10013 and seen by nobody in it, as such a range is.
      const outcome = (await loadOs()).hold({ protocol: "tcp", port, hosts: "every" });
      if (outcome.kind !== "held") throw new Error(`port ${port} is ${outcome.kind}`);
      using _ = outcome.hold;
      const refused = await wine.run("cmd.exe", "/d", "/c", "excluded.cmd", String(port));
      expect(refused.stderr).toContain(`port ${port} is in the range ${port - 1}-${port + 98}`);
      expect(refused.end).toBe(125);
      // wine's own netsh tells of no range
      const unseen = await wine.run("portguard.exe", "reserve", String(port));
      expect(unseen.stderr).toContain(`port ${port} is held by a process that can't be seen`);
    });
  });

  test("a picked port is kept from other portguards until a server asks for it", async () => {
    const picked = await wine.run("portguard.exe", "pick", "--for", "60s");
    expect(picked).toMatchObject({ end: 0, stderr: "" });
    const port = Number(picked.stdout);
    expect(await wine.ask("os-probe.exe", "hold", String(port))).toMatchObject([{ kind: "busy" }]);
    const server = wine.start("program.exe", "serve", String(port), "127.0.0.1");
    await server.says("ready");
    await until("the keeper's end", () => wine.left().every(({ command }) => !command.includes("__keep")));
    server.kill();
    await isFree(port);
  });

  test("a picked port gives way to a reservation of the same folder, over a named pipe", async () => {
    const { stdout } = await wine.run("portguard.exe", "pick", "--for", "60s");
    const held = await wine.run("portguard.exe", "reserve", stdout.trim(), "--for", "1ms");
    expect({ end: held.end, told: held.stderr }).toEqual({ end: 0, told: expect.stringContaining("held on") });
    await until("the keeper's end", () => wine.left().every(({ command }) => !command.includes("__keep")));
  });

  describe("a command", () => {
    test("gets the port by release, is verified by its pid, and ends with portguard's SIGKILL", async () => {
      const port = freePort();
      const run = wine.start("portguard.exe", "reserve", String(port), "--", "program.exe", "tree", "2", String(port));
      await run.says(`${port} handed to program`);
      await run.says('"ready"');
      const [ready] = parseLines(run.heard.stdout) as { ready: number }[];
      expect(run.heard.stderr).toContain(`(pid ${ready?.ready}) by release: 127.0.0.1:${port}`);
      expect((await get("127.0.0.1", port)).body).toContain(`served by ${ready?.ready}`);
      run.kill();
      expect(await run.ended()).toBe("SIGKILL");
      await isFree(port);
      expect(await wine.ask("os-probe.exe", "process", String(ready?.ready))).toEqual([{ gone: ready?.ready }]);
    });

    test("passes its exit code on, all 32 bits of it", async () => {
      const port = String(freePort());
      expect((await wine.run("portguard.exe", "reserve", port, "--", "program.exe", "exit", "7")).end).toBe(7);
      for (const [code, shown] of [
        ["300", "300"],
        ["3221225477", "-1073741819"],
      ] as const) {
        const { stdout } = await wine.run("exit-code.cmd", "reserve", port, "--", "program.exe", "exit", code);
        expect(stdout).toContain(`code ${shown}`);
      }
    });

    test("that is a script gets its arguments as they are", async () => {
      const args = ["a b", 'c"d', "e\\", "a&b", "x^y|z", "<>", "!PATH!", "%PATH%", "50%", ""];
      const port = freePort();
      const { stdout } = await wine.run("portguard.exe", "reserve", String(port), "--", "shim", "echo", ...args);
      expect(parseLines(stdout)).toEqual([{ argv: args, port: String(port) }]);
    });

    test("that is not there is 127, one that Windows can't run 126", async () => {
      const port = String(freePort());
      expect((await wine.run("portguard.exe", "reserve", port, "--", "nothing-like-it")).end).toBe(127);
      expect((await wine.run("portguard.exe", "reserve", port, "--", ".\\fake")).end).toBe(127);
      await Bun.write(`${wine.folder}/broken.exe`, "no program");
      expect((await wine.run("portguard.exe", "reserve", port, "--", "broken.exe")).end).toBe(126);
    });

    test("is refused what Windows can't do, with a hint", async () => {
      const reserve = ["portguard.exe", "reserve", String(freePort())];
      for (const way of ["takeover", "inherit"]) {
        const refused = await wine.run(...reserve, "--handoff", way, "--", "program.exe", "echo");
        expect(refused).toMatchObject({ end: 125, stdout: "" });
        expect(refused.stderr).toContain("hint: ");
      }
    });

    test("is listed, and restarted by its reservation's name over a named pipe, and for a file", async () => {
      const port = freePort();
      const name = `api-${port}`;
      const flags = ["--name", name, "--watch", "*.cfg"];
      const command = ["program.exe", "serve", String(port), "127.0.0.1"];
      const guarded = wine.start("portguard.exe", "reserve", String(port), ...flags, "--", ...command);
      await guarded.says(" handed to ");
      const url = await wine.run("portguard.exe", "list", "--name", name, "--url");
      expect(url).toMatchObject({ end: 0, stdout: `http://127.0.0.1:${port}\n` });
      const restarted = await wine.run("portguard.exe", "restart", name, "--json");
      expect(restarted).toMatchObject({ end: 0 });
      expect(parseLines(restarted.stdout)).toMatchObject([{ ok: true, name, generation: 2 }]);
      await until("a change that is seen", async () => {
        await Bun.write(`${wine.folder}/seen.cfg`, `${Math.random()}`);
        return guarded.heard.stderr.includes("seen.cfg has changed");
      });
      await guarded.says("generation 3");
      expect(guarded.heard.stderr).not.toContain("warning");
      guarded.kill();
      await isFree(port);
    });

    test("adopts the sockets of a hold, which lets go of its own", async () => {
      const port = freePort();
      const name = `hold-${port}`;
      const holder = wine.start("portguard.exe", "reserve", String(port), "--name", name);
      await holder.says(`held on 0.0.0.0:${port} and [::]:${port}`);
      const next = wine.start("portguard.exe", "reserve", "--adopt", name);
      await next.says(`held on 0.0.0.0:${port} and [::]:${port}`);
      expect(await holder.ended()).toBe(0);
      expect(holder.heard.stderr).toContain("handed on to another portguard (pid ");
      const [tries] = (await wine.ask("program.exe", "steal-once", String(port))) as string[][];
      for (const each of tries!) expect(each).toMatch(REFUSED);
      const command = ["program.exe", "serve", String(port), "127.0.0.1"];
      const server = wine.start("portguard.exe", "reserve", "--adopt", name, "--", ...command);
      await server.says(" handed to ");
      expect(await next.ended()).toBe(0);
      server.kill();
      await isFree(port);
    });

    test("that loses its port to a stranger is ended, and the thief named", async () => {
      const port = freePort();
      const thief = wine.start("program.exe", "steal", "Z:\\win\\go", String(port));
      await thief.says("waiting");
      const robbed = await wine.run(
        "portguard.exe",
        "reserve",
        String(port),
        "--",
        "program.exe",
        "dawdle",
        "Z:\\win\\go",
      );
      const [, stolen] = parseLines(thief.heard.stdout) as { stolen?: number }[];
      expect(robbed.stderr).toContain(`port ${port} was taken while it was let go for the command`);
      expect(robbed.stderr).toContain(`program (pid ${stolen?.stolen}) on 127.0.0.1:${port}`);
      expect(robbed.end).toBe(125);
      thief.kill();
    });
  });

  testNetwork(() => wine);
  testWho(() => wine);
  testFree(() => wine);
  testFirewall(() => wine);
  testTree(() => wine);
}
