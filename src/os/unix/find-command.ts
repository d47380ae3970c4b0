import type { CommandFound } from "../../core/os.ts";
import { mayExecute } from "./paths.ts";

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_ISUID = 0o4000;
const S_ISGID = 0o2000;

/**
 * Finds a command as execvp would: as a path if it has a slash, else along PATH. `modeOf` answers the type and permission
 * bits of a file, nothing where there is none.
 */
export function findCommand(name: string, modeOf: (path: string) => number | undefined): CommandFound {
  if (name.includes("/")) return inspect(name, modeOf);
  let refused: CommandFound | undefined;
  for (const folder of (process.env["PATH"] ?? "/bin:/usr/bin").split(":")) {
    const candidate = inspect(`${folder || "."}/${name}`, modeOf);
    if (candidate.kind === "found") return candidate;
    if (candidate.kind === "not-runnable") refused ??= candidate;
  }
  return refused ?? { kind: "not-found" };
}

function inspect(path: string, modeOf: (path: string) => number | undefined): CommandFound {
  const mode = modeOf(path);
  if (mode === undefined) return { kind: "not-found" };
  if ((mode & S_IFMT) === S_IFDIR) return { kind: "not-runnable", because: "it is a folder" };
  if (!mayExecute(path)) return { kind: "not-runnable", because: "it is not executable" };
  return { kind: "found", path, setuid: (mode & (S_ISUID | S_ISGID)) !== 0 && process.geteuid?.() !== 0 };
}
