import type { LaunchOutcome, LaunchSpec, Nursery, NurseryOptions } from "../../core/os.ts";
import type { OutputStream, OutputTap } from "../../core/output-tap.ts";
import { fail } from "../../core/error.ts";
import { batchCommandLine, batchFault, isBatch } from "./batch-command.ts";
import { findCommand } from "./find-command.ts";
import { enterJob, type Job } from "./job.ts";
import { ParentWatch } from "./parent-watch.ts";
import { WindowsTree } from "./tree.ts";

const DEFAULT_SYSTEM_ROOT = "C:\\Windows";

/** Starts the command inside our own job object, so that it can't outlive us. */
export class WindowsNursery implements Nursery {
  readonly #watch: ParentWatch | undefined;

  constructor(readonly options: NurseryOptions) {
    if (options.start !== "never") enterJob();
    this.#watch = options.watchParent ? ParentWatch.start(options.onEvent) : undefined;
  }

  async launch(spec: LaunchSpec): Promise<LaunchOutcome> {
    if (spec.way.kind !== "release")
      return { kind: "refused", because: "Windows programs take no socket but their own" };
    if (spec.nofile !== undefined) fail("UNSUPPORTED", "Windows has no limit on open files", "leave out `--nofile`");
    const found = findCommand(spec.argv[0] ?? "");
    if (found.kind !== "found") return found;
    return this.#spawn(found.path, spec, enterJob());
  }

  /** A port that was let go of has no queue here. */
  keepQueue(): void {}

  #spawn(path: string, { argv, env, generation, tap }: LaunchSpec, job: Job): LaunchOutcome {
    const batch = isBatch(path);
    const fault = batch ? batchFault(argv) : undefined;
    if (fault !== undefined) return { kind: "not-runnable", because: fault };
    const [, ...args] = argv;
    const systemRoot = process.env["SystemRoot"] ?? DEFAULT_SYSTEM_ROOT;
    try {
      const child = Bun.spawn(batch ? batchCommandLine(path, args, systemRoot) : [path, ...args], {
        env: { ...env },
        stdio: ["inherit", pipeOf("stdout", tap), pipeOf("stderr", tap)],
        windowsVerbatimArguments: batch,
      });
      const passing = tap?.streams.map((stream) => passOn(stream, child[stream], tap)) ?? [];
      const tree = new WindowsTree(job, child, generation, this.options.onEvent, Promise.all(passing));
      return { kind: "running", tree };
    } catch (error) {
      return { kind: "not-runnable", because: describeSpawnFault(path, error) };
    }
  }

  /** The job stays: its end is ours. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    return Promise.resolve();
  }
}

function pipeOf(stream: OutputStream, tap: OutputTap | undefined): "pipe" | "inherit" {
  return tap?.streams.includes(stream) ? "pipe" : "inherit";
}

/** Writes to our own stream what the command wrote to its, unchanged. */
async function passOn(
  stream: OutputStream,
  from: ReadableStream<Uint8Array> | undefined,
  tap: OutputTap,
): Promise<void> {
  const to = Bun.file(stream === "stdout" ? 1 : 2).writer();
  for await (const bytes of from ?? []) {
    void to.write(bytes);
    await to.flush();
    tap.onChunk(stream, bytes);
  }
}

/** Bun's code for a refused start, in words. */
function describeSpawnFault(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EFTYPE") return `${path} is not a program for this Windows`;
  if (code === "EACCES" || code === "EPERM") return `access to ${path} is denied, or it wants an administrator`;
  return `${path} can't be started (${code || String(error)})`;
}
