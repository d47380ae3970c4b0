import { realpathSync } from "node:fs";
import { dirname, parse } from "node:path";

/** How this very portguard is started again: a program, and what stands before its first word. */
export function ownProgram(): readonly [program: string, ...words: string[]] {
  return isCompiled() ? [process.execPath] : [process.execPath, Bun.main];
}

/** How a process of our own is started that outlives us: in a session of its own, with no terminal and no folder of anyone's. */
export function outliving() {
  return { detached: true, cwd: parse(dirname(process.execPath)).root } as const;
}

/** The file of a compiled program's own code is in no folder of the disk. */
function isCompiled(): boolean {
  return /^(?:\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(Bun.main);
}

/** Whether typing `portguard` starts this very executable. */
export function isInPath(): boolean {
  const found = Bun.which("portguard");
  try {
    return found !== null && realpathSync(found) === realpathSync(process.execPath);
  } catch {
    return false;
  }
}
