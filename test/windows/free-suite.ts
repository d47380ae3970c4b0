import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { parseLines, type Wine, type WineRun } from "./wine.ts";

/** Windows' side of `free` and `clean`, on real processes and their children. */
export function testFree(wine: () => Wine): void {
  const readyOf = (run: WineRun) => (parseLines(run.heard.stdout) as { ready: number }[])[0]!.ready;
  const portguard = (...words: readonly (string | number)[]) => wine().run("portguard.exe", ...words.map(String));

  describe("freeing a port", () => {
    // What they have started outlives its starters: that is what is tried here.
    afterEach(() => {
      for (const { pid } of wine().left()) process.kill(pid, "SIGKILL");
    });

    test("ends whoever has it, at once, and proves that it is free", async () => {
      const port = freePort();
      const tree = wine().start("program.exe", "tree", "1", String(port));
      await tree.says("ready");
      const planned = await portguard("free", port, "--dry-run");
      expect(planned.stdout).toContain(`program (pid ${readyOf(tree)}) on 127.0.0.1:${port}: ended at once`);
      const refused = await portguard("free", port);
      expect(refused).toMatchObject({ end: 2, stdout: "" });
      const { stdout, stderr, end } = await portguard("free", port, "--yes");
      expect({ end, stderr }).toEqual({ end: 0, stderr: "" });
      expect(stdout).toContain(`${port} is free: program (pid ${readyOf(tree)}) was ended`);
      expect((await portguard("free", port)).stdout).toContain(`${port} is free: nobody has it`);
    });

    test("ends a reservation by its name, which is how `who` says that it is stopped", async () => {
      const port = freePort();
      const held = wine().start("portguard.exe", "reserve", String(port), "--name", "api");
      await held.says("held on");
      const { stdout } = await portguard("who", port);
      expect(stdout).toContain("end its reservation: `portguard free --name api`");
      const { stdout: freed, end } = await portguard("free", "--name", "api", "--yes");
      expect(freed).toMatch(new RegExp(`${port} is free: portguard \\(pid \\d+\\) was ended`));
      expect(end).toBe(0);
    });

    test("ends a likely orphan by `clean --all`, and writes it down", async () => {
      const port = freePort();
      const editor = wine().start("program.exe", "edit", "die", "program.exe", "serve", String(port));
      await editor.says("ready");
      expect(await portguard("clean", "--port", port)).toMatchObject({ end: 0 });
      editor.closeInput();
      await editor.ended();
      const pid = readyOf(editor);
      const found = await portguard("clean", "--port", port);
      expect(found.stdout).toContain(`program (pid ${pid}) on 127.0.0.1:${port}`);
      expect(found.end).toBe(1);
      expect((await portguard("clean", "--stop", "--port", port)).end).toBe(1);
      const cleaned = await portguard("clean", "--all", "--yes", "--port", port);
      expect(cleaned.stdout).toContain(`program (pid ${pid}) was ended`);
      expect(cleaned.end).toBe(0);
      expect((await portguard("clean", "--log")).stdout).toContain(
        `program (pid ${pid}) on tcp 127.0.0.1:${port}, ended, by portguard clean`,
      );
    });

    test("is scheduled as a task of the user's own", async () => {
      const schedule = (...words: readonly string[]) => wine().run("cmd.exe", "/d", "/c", "schedule.cmd", ...words);
      expect((await schedule("--status")).end).toBe(1);
      const made = await schedule("--every", "15m", "--port", "3005");
      expect(made.stdout).toContain("orphans are looked for every 15m, by a scheduled task");
      expect((await schedule("--status")).stdout).toContain("every 15m, by a scheduled task");
      expect(await schedule("--remove")).toMatchObject({ end: 0 });
      expect((await schedule("--status")).end).toBe(1);
      const calls = parseLines(readFileSync(`${wine().folder}/tasks.txt`, "utf8")) as string[][];
      const command = String.raw`conhost.exe --headless Z:\win\portguard.exe clean --stop --scheduled --quiet --port 3005`;
      expect(calls.filter(([verb]) => verb !== "/Query")).toEqual([
        ["/Create", "/F", "/TN", "portguard-clean", "/SC", "MINUTE", "/MO", "15", "/TR", command],
        ["/Delete", "/F", "/TN", "portguard-clean"],
      ]);
    });
  });
}
