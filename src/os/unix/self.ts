/**
 * How this very program is started again. On Linux it is the executable of this process even when its file was replaced
 * meanwhile; macOS has no such link.
 */
export function selfCommand(...args: readonly string[]): { file: string; argv: string[] } {
  const executable = process.platform === "linux" ? "/proc/self/exe" : process.execPath;
  if (Bun.main.startsWith("/$bunfs/")) return { file: executable, argv: ["portguard", ...args] };
  return { file: process.execPath, argv: [process.execPath, Bun.main, ...args] };
}
