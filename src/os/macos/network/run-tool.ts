/** Longer than any of these tools takes, unless it hangs. */
const PATIENCE_MS = 3000;
const MOST_BYTES = 4 * 1024 * 1024;

export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the system's own tools, by its full path and in plain English; nothing where it can't be run. */
export function runTool(...argv: readonly string[]): ToolOutput | undefined {
  try {
    const { stdout, stderr, exitedDueToTimeout, exitedDueToMaxBuffer } = Bun.spawnSync([...argv], {
      env: { LC_ALL: "C", PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
      stdin: "ignore",
      timeout: PATIENCE_MS,
      maxBuffer: MOST_BYTES,
    });
    if (exitedDueToTimeout || exitedDueToMaxBuffer) return undefined;
    return { stdout: stdout.toString(), stderr: stderr.toString() };
  } catch {
    return undefined;
  }
}
