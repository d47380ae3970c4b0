import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { need, needThat } from "../need.ts";
import { program } from "./freeing.ts";

const ROUNDS = 1002;
const TIMEOUT_MS = 120_000;

if (need("gcc", "ip", "unshare") && needThat("root (for namespaces)", process.getuid?.() === 0)) {
  test(
    `${ROUNDS} races for a port end without one wrong kill`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "portguard-races-"));
      const holder = join(folder, "holder");
      expect(Bun.spawnSync(["gcc", "-o", holder, program("holder.c")]).exitCode).toBe(0);
      const inOwn = [
        "unshare",
        "--pid",
        "--net",
        "--fork",
        "--mount-proc",
        "sh",
        "-c",
        'ip link set lo up; exec "$@"',
        "sh",
      ];
      const argv = [...inOwn, process.execPath, program("races.ts"), holder, String(ROUNDS)];
      const { stdout, stderr } = Bun.spawnSync(argv, { stdin: "ignore" });
      rmSync(folder, { recursive: true });
      expect(stderr.toString()).toBe("");
      process.stdout.write(`races: ${stdout.toString()}`);
      const each = ROUNDS / 6;
      expect(JSON.parse(stdout.toString())).toEqual({
        rounds: ROUNDS,
        wrongKills: 0,
        free: 3 * each,
        takenAgain: 3 * each,
        heirsStopped: each,
      });
    },
    TIMEOUT_MS,
  );
}
