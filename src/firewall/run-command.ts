import type { Ran, RunCommand } from "../core/run-command.ts";
import type { Command } from "../core/step.ts";

export type { Ran, RunCommand };

const MOST_OUTPUT = 128 * 1024 * 1024;
const MOST_ERRORS = 64 * 1024;
const LONGEST_MS = 60_000;

/** Runs a command in the C locale to its end, a minute at most where nothing else is said. Never rejects. */
export async function runCommand({ argv, input }: Command, timeout = LONGEST_MS): Promise<Ran> {
  try {
    const child = Bun.spawn([...argv], {
      stdin: input === undefined ? "ignore" : new TextEncoder().encode(input),
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, LC_ALL: "C", LANGUAGE: "C" },
      timeout,
      killSignal: "SIGKILL",
      maxBuffer: MOST_OUTPUT,
    });
    const [stdout, stderr] = await Promise.all([
      readText(child.stdout, MOST_OUTPUT),
      readText(child.stderr, MOST_ERRORS),
    ]);
    await child.exited;
    if (child.exitCode !== null) return { kind: "ended", code: child.exitCode, stdout, stderr };
    return { kind: "not-run", because: `\`${argv[0]}\` was ended by ${child.signalCode}` };
  } catch {
    return { kind: "not-run", because: `there is no \`${argv[0]}\` here, or it may not be run` };
  }
}

/** Reads to the end, so that the writer is never stuck, and keeps the beginning. */
async function readText(stream: ReadableStream<Uint8Array>, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (length < most) chunks.push(chunk.subarray(0, most - length));
    length += chunk.length;
  }
  return Buffer.concat(chunks).toString("utf8");
}
