import { chmodSync, copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { binary, type DriveOptions, Run } from "../drive.ts";
import { program } from "./guarded.ts";

const NOBODY = 65_534;
/** Where the tests run as root; whoever else runs them is unprivileged enough. */
const AS_NOBODY =
  process.getuid?.() === 0 ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
/** The run's folder is its owner's alone: the events, the temporary files and the work go on as somebody else. */
const OPEN_THE_FOLDER =
  'chmod 755 "${1%/*}" && : > "$1" && chmod 666 "$1" && chmod 777 "$TMPDIR" . && mkdir -m 777 "$XDG_STATE_HOME" && shift && exec "$@"';

/** Whether a user without privileges can run this at all: node may stand in somebody's home. */
export function anybodyCanRun(...command: readonly string[]): boolean {
  return Bun.spawnSync([...AS_NOBODY, ...command], { cwd: "/", stdout: "ignore", stderr: "ignore" }).exitCode === 0;
}

/** A user without privileges, with copies of all that runs, as nobody may enter the folders of root. */
export class Unprivileged implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-nobody-"));
  readonly binary: string;

  constructor() {
    this.binary = this.bring(binary());
    cpSync(program(""), join(this.folder, "programs"), { recursive: true });
    const programs = readdirSync(program("")).map((file) => join("programs", file));
    for (const part of [".", "programs", ...programs]) chmodSync(join(this.folder, part), 0o755);
  }

  /** A copy of a program that this user can run. */
  bring(path: string, mode = 0o755): string {
    const copy = join(this.folder, basename(path));
    copyFileSync(path, copy);
    chmodSync(copy, mode);
    return copy;
  }

  /** The same command with its programs taken from this user's copies. */
  drive({ args: [verb = "", ...rest], ...options }: DriveOptions): Run {
    const words = rest.map((word) => word.replace(program(""), join(this.folder, "programs")));
    const start = ["sh", "-c", OPEN_THE_FOLDER, "sh"];
    return new Run(
      (events) => [...start, events, "setsid", ...AS_NOBODY, this.binary, verb, "--events", events, ...words],
      options,
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
