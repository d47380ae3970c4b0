import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { kill, program as holderProgram, stage } from "../holders/scene.ts";
import { need } from "../need.ts";
import { ask, isAlive, program } from "./freeing.ts";

const holder = (mode: string, port: number) => ["python3", program("heirs.py"), mode, String(port)];

/** The number that it has said behind a word. */
async function told(run: Run, word: string): Promise<number> {
  return until(word, () => Number(new RegExp(`^${word} (\\d+)$`, "m").exec(run.stdout)?.[1]) || undefined);
}

if (need("python3")) {
  describe("a holder that on SIGTERM", () => {
    test("leaves a child with its socket: that one is stopped, too", async () => {
      const port = freePort();
      await using run = stage(holder("fork", port), { ports: [port] });
      await told(run, "up");
      const { exit, stdout } = await ask(["free", port, "--yes"]);
      expect(stdout).toStartWith(`✓ ${port} is free: `);
      expect(stdout.match(/ended on SIGTERM/g)).toHaveLength(2);
      expect(exit).toBe(0);
      await run.expectNothingLeft();
    });

    for (const mode of ["exec", "drain"]) {
      test(`${mode === "exec" ? "becomes another program" : "only closes the port"} is not killed for it`, async () => {
        const port = freePort();
        await using run = stage(holder(mode, port));
        const pid = await told(run, "up");
        const { exit, stdout } = await ask(["free", port, "--yes", "--grace", "300ms"]);
        expect(stdout).toMatch(
          new RegExp(`^✓ ${port} is free: .* \\(pid ${pid}\\) had let go of it and was left alone\\n$`),
        );
        expect(exit).toBe(0);
        expect(isAlive(pid)).toBe(true);
      });
    }

    test("hands its socket to another, who is stopped where it was agreed to free the port", async () => {
      const port = freePort();
      await using run = stage(holder("hand", port), { ports: [port] });
      const heir = await told(run, "heir");
      await told(run, "up");
      const { exit, stdout } = await ask(["free", port, "--yes"]);
      expect(stdout).toContain(`(pid ${heir}) ended on SIGTERM`);
      expect(exit).toBe(0);
    });

    test("lets another one take the port: that one is named, and not fought", async () => {
      const port = freePort();
      await using run = stage(holder("relisten", port));
      const heir = await told(run, "heir");
      await told(run, "up");
      const { exit, stdout } = await ask(["free", port, "--yes"]);
      await told(run, "again");
      // Whether it comes before the proof or behind it is a matter of chance.
      expect(stdout).toMatch(exit === 0 ? /^✓ / : new RegExp(`\\(pid ${heir}\\) has got 127.0.0.1:${port} since`));
      expect(isAlive(heir)).toBe(true);
    });
  });

  test("an orphan for certain that hands its socket to somebody who is wanted: nobody has agreed to that one's end", async () => {
    const port = freePort();
    const folder = mkdtempSync(join(tmpdir(), "portguard-heirs-"));
    symlinkSync(Bun.which("node")!, join(folder, "code"));
    await using run = stage([join(folder, "code"), holderProgram("editor.mjs"), "pipe", ...holder("hand", port)]);
    const heir = await told(run, "heir");
    const pid = await told(run, "up");
    await kill(run.pid);
    const { exit, stdout } = await ask(["free", port]);
    expect(stdout).toStartWith(`✗ ${port} is not free\n  `);
    expect(stdout).toContain(`(pid ${pid}) ended on SIGTERM`);
    expect(stdout).toMatch(new RegExp(`\\(pid ${heir}\\) on 127.0.0.1:${port}: it has got the socket since, and is `));
    expect(exit).toBe(1);
    expect(isAlive(heir)).toBe(true);
    rmSync(folder, { recursive: true });
  });
}
