import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { InstallTools } from "../../src/install/carry-out.ts";
import type { ScheduleMachine, Standing } from "../../src/install/schedule/scheduler.ts";

export const ABSENT: Standing = { kind: "absent" };

/** Words that every quoting gets wrong that can. */
export const ODD_WORDS = [
  "a b",
  "50%",
  "%%",
  "100% !",
  "it's",
  '"quoted"',
  "$HOME",
  "`id`",
  "back\\slash",
  "#5",
  "x;y&z",
  "*",
  "",
  "~",
  "ümläut",
];

/** A machine on which nothing is run: every command that is asked for fails. */
export function fakeMachine(fields: Partial<ScheduleMachine> = {}): ScheduleMachine {
  return {
    system: "linux",
    env: { HOME: "/home/ada" },
    uid: 1000,
    run: async ({ argv }) => ({ kind: "not-run", because: `\`${argv.join(" ")}\` is not run here` }),
    hasProgram: () => true,
    readText: () => undefined,
    ...fields,
  };
}

/** What the steps are carried out with: files are written for real. */
export function toolsOf({ run }: ScheduleMachine): InstallTools {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  return { run, write };
}

/** A folder with a program whose name is odd, and which writes its words and environment where it is told. */
export class Recorder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-install-"));
  readonly program: string;
  readonly record = join(this.folder, "record");

  constructor(name = "port guard 50%") {
    mkdirSync(join(this.folder, "b in"));
    this.program = join(this.folder, "b in", name);
    writeFileSync(
      this.program,
      `#!/bin/sh\nprintf '%s\\0' "$ODD" "$@" > "${this.record}.new"\nmv "${this.record}.new" "${this.record}"\n`,
    );
    chmodSync(this.program, 0o755);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
