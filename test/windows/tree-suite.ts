import { describe, expect, test } from "bun:test";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { isFree, parseLines, type Wine } from "./wine.ts";

/** What becomes of a command and all that it started, by whatever end. */
export function testTree(wine: () => Wine): void {
  describe("the tree", () => {
    const tree = (port: number, kind = "tree") => ["program.exe", kind, "2", String(port)];

    test("is three processes, of which none is left after end()", async () => {
      const port = freePort();
      const run = wine().start("os-probe.exe", "end", ...tree(port));
      await run.says("ready");
      run.closeInput();
      expect(await run.ended()).toBe(128 + 9);
      expect(parseLines(run.heard.stdout)).toContainEqual({
        kind: "members",
        names: ["program", "program", "program"],
      });
      expect(parseLines(run.heard.stdout)).toContainEqual({ kind: "left", names: [] });
      await isFree(port);
    });

    test("loses the command alone to a signal, and the rest with us", async () => {
      const port = freePort();
      const run = wine().start("os-probe.exe", "signal", "SIGTERM", ...tree(port));
      await run.says("ready");
      run.closeInput();
      expect(await run.ended()).toBe(128 + 15);
      expect(parseLines(run.heard.stdout)).toContainEqual({ kind: "left", names: ["program", "program"] });
      await isFree(port);
    });

    test("is ended by Ctrl-C in its console, and so are we", async () => {
      const port = freePort();
      const run = wine().startInConsole("portguard.exe", "reserve", String(port), "--", ...tree(port, "quiet-tree"));
      await run.says("handed to program");
      run.type("\u0003");
      // What is left of STATUS_CONTROL_C_EXIT below wine: the low byte of 0xC000013A.
      expect(await run.ended()).toBe(0x3a);
      await isFree(port);
    });

    test("is left to heed a Ctrl-Break by itself, and ends with us when the console's window is closed", async () => {
      const port = freePort();
      const command = ["program.exe", "tell", String(port), "1", "2"];
      const run = wine().startInConsole("portguard.exe", "reserve", String(port), "--grace", "100ms", "--", ...command);
      await run.says("handed to program");
      expect((await get("127.0.0.1", port)).body).toBe("told");
      expect((await get("127.0.0.1", port)).body).toBe("told");
      // The command itself was not told: it is killed, by a SIGKILL as a shell shows it.
      expect(await run.ended()).toBe(128 + 9);
      expect(run.heard.stdout).toContain("stopping: the terminal is gone");
      await isFree(port);
    });

    test.each([
      ["closes our stdin", "close", /stopping: stdin was closed by the process that started portguard/],
      // Its end of our stdin is closed then, too, and either may be seen first.
      ["dies", "die", /stopping: (?:the process that started portguard is gone|stdin was closed by the process)/],
    ])("is ended when the one who started us %s", async (_, how, why) => {
      const port = freePort();
      const reserve = ["Z:\\win\\portguard.exe", "reserve", String(port), "--grace", "100ms", "--", ...tree(port)];
      const editor = wine().start("program.exe", "edit", how, ...reserve);
      await editor.says(`${port} handed to program`);
      editor.closeInput();
      await editor.says("stopping: ");
      expect(editor.heard.stderr).toMatch(why);
      await isFree(port);
    });
  });
}
