import { realpathSync } from "node:fs";

/** How this very portguard is started again: a program, and what stands before its first word. */
export function ownProgram(): readonly [program: string, ...words: string[]] {
  return isCompiled() ? [process.execPath] : [process.execPath, Bun.main];
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
