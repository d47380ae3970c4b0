import { afterEach, describe, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import type { Told } from "../holders/scene.ts";
import { parseLines, type Wine, type WineRun } from "./wine.ts";

/** Windows' side of `who`, on real processes and their children. */
export function testWho(wine: () => Wine): void {
  const who = async (...words: readonly string[]) => {
    const { stdout, end } = await wine().run("portguard.exe", "who", ...words, "--json");
    return { told: JSON.parse(stdout) as Told, end };
  };
  const readyOf = (run: WineRun) => (parseLines(run.heard.stdout) as { ready: number }[])[0]!.ready;

  describe("who has a port", () => {
    // What they have started outlives its starters: that is what is tried here.
    afterEach(() => {
      for (const { pid } of wine().left()) process.kill(pid, "SIGKILL");
    });

    test("is a process, with its command, its folder and the chain above it", async () => {
      const port = freePort();
      const tree = wine().start("program.exe", "tree", "2", String(port));
      await tree.says("ready");
      const { told, end } = await who(String(port));
      expect({ end, verdict: told.verdict }).toEqual({ end: 0, verdict: "held" });
      expect(told.holders).toMatchObject([
        {
          kind: "process",
          process: { pid: readyOf(tree), name: "program", cwd: "Z:\\win" },
          chain: [{ name: "program" }, { name: "program" }],
          sockets: [{ address: "127.0.0.1", port, protocol: "tcp" }],
          grade: "live",
          startedBy: { kind: "process" },
          stop: { commands: [["portguard", "free", String(port)]] },
        },
      ]);
      expect(told.holders[0]?.process?.command).toEqual([
        "Z:\\win\\program.exe",
        "tree",
        "0",
        String(port),
        "127.0.0.1",
      ]);
      const above = told.holders[0]?.chain?.[1]?.pid;
      expect((await who("--pid", String(above))).told.holders.map(({ process }) => process?.pid)).toEqual([
        readyOf(tree),
      ]);
    });

    test("is nobody: exit 1", async () => {
      const { told, end } = await who(String(freePort()));
      expect({ end, verdict: told.verdict, holders: told.holders }).toEqual({ end: 1, verdict: "free", holders: [] });
    });

    test("is likely an orphan when its starter has ended, and never one for certain: no pipe tells its other end", async () => {
      const port = freePort();
      const editor = wine().start("program.exe", "edit", "die", "program.exe", "serve", String(port));
      await editor.says("ready");
      expect((await who(String(port))).told.holders).toMatchObject([{ grade: "live", chain: [{ name: "program" }] }]);
      editor.closeInput();
      await editor.ended();
      const [holder] = (await who(String(port))).told.holders;
      expect(holder).toMatchObject({ grade: "likely", process: { pid: readyOf(editor) }, startedBy: { kind: "gone" } });
      expect(holder?.evidence[0]?.what).toMatch(/^its parent, pid \d+, has ended$/);
    });
  });
}
