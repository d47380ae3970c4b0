import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { program } from "../guard/guarded.ts";
import { need } from "../need.ts";
import { emptyFolder } from "../servers/work-folder.ts";

const TREES = 10;
/** As many as there are trees, and as many again: other tests take ports, too. */
const AUTO = `--auto=${TREES * 4}`;
/** All of them start at once, on two processors. */
const SLOWLY = 60_000;

if (need("git", "node"))
  describe("ten worktrees of one repository, side by side,", () => {
    const place = emptyFolder();
    const state = place.file("s");
    const trees = Array.from({ length: TREES }, (_, index) => join(realpathSync(place.path), `tree-${index}`));
    const git = (...words: readonly string[]) => {
      const identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
      const { success, stderr } = Bun.spawnSync(["git", "-C", trees[0]!, ...identity, ...words]);
      if (!success) throw new Error(stderr.toString());
    };
    beforeAll(() => {
      mkdirSync(join(trees[0]!, "web"), { recursive: true });
      git("init", "--quiet");
      git("commit", "--quiet", "--allow-empty", "--message", "start");
      for (const tree of trees.slice(1)) {
        git("worktree", "add", "--quiet", tree);
        mkdirSync(join(tree, "web"));
      }
    });
    afterAll(() => place[Symbol.dispose]());

    const inTree = (tree: string) => ({ cwd: tree, env: { XDG_STATE_HOME: state } });
    const start = (tree: string, ...words: readonly string[]): Run =>
      drive({ args: ["reserve", ...words, "--", "node", program("server.mjs"), "{port}"], ...inTree(tree) });

    async function pick(tree: string, ...words: readonly string[]): Promise<string> {
      await using run = driveBare([binary(), "pick", "--for", "0s", ...words], inTree(tree));
      expect(await run.ended(SLOWLY)).toBe(0);
      await run.expectNothingLeft(SLOWLY);
      return run.stdout.trim();
    }

    async function endAll(runs: readonly Run[]): Promise<void> {
      await Promise.all(runs.map((run) => run[Symbol.asyncDispose]()));
    }

    /** The port that each of them serves on. */
    const portsOf = (runs: readonly Run[]) =>
      Promise.all(
        runs.map(async (run) => {
          const { bound } = await run.event("ready", SLOWLY);
          return (bound as { at: { port: number } }[])[0]!.at.port;
        }),
      );

    test("each get a port of their own by pick --stable and --for-dir, the same one twice", async () => {
      for (const words of [() => ["--stable"], (tree: string) => [`--for-dir=${tree}`]]) {
        const first = await Promise.all(trees.map((tree) => pick(tree, ...words(tree))));
        expect(new Set(first).size).toBe(TREES);
        const second = await Promise.all(trees.map((tree) => pick(join(tree, "web"), ...words(tree))));
        expect(second).toEqual(first);
      }
    });

    test("each get one by --if-held next, which nobody else has", async () => {
      const port = String(freePort());
      const runs = trees.slice(0, 4).map((tree) => start(tree, port, "--if-held", "next"));
      expect(new Set(await portsOf(runs)).size).toBe(4);
      await endAll(runs);
    }, 120_000);

    test(
      "each get one by --if-held reuse --auto, and asked again its URL; another's is never taken",
      async () => {
        const port = String(freePort());
        const reuse = [port, "--if-held", "reuse", AUTO];
        const runs = trees.map((tree) => start(tree, ...reuse));
        const ports = await portsOf(runs);
        expect(new Set(ports).size).toBe(TREES);
        // Whoever had the first port is gone: it is nobody's reason to start a second server.
        const gone = ports.indexOf(Math.min(...ports));
        await runs[gone]!.stop();
        const again = trees.map((tree) => start(join(tree, "web"), ...reuse));
        for (const [index, run] of again.entries()) {
          if (index === gone) continue;
          expect(await run.ended(SLOWLY)).toBe(0);
          expect(run.events.map(({ event }) => event)).toEqual(["reused"]);
          expect(run.stdout).toBe(`http://127.0.0.1:${ports[index]}\n`);
          expect((await get("127.0.0.1", ports[index]!)).status).toBe(200);
        }
        expect(await portsOf([again[gone]!])).toEqual([ports[gone]!]);
        await endAll([...runs, ...again]);
      },
      2 * SLOWLY,
    );
  });
