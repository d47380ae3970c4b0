import type { ReserveEvent } from "../../core/reserve-event.ts";

export interface RestartOnChangeOptions {
  readonly emit: (event: ReserveEvent) => void;
  readonly restart: () => void;
}

/** Restarts when one of these files changes, until disposed of. What can't be watched is said, and the command goes on. */
export function restartOnChange(globs: readonly string[], { emit, restart }: RestartOnChangeOptions): AsyncDisposable {
  const watching = globs.length === 0 ? undefined : watch(globs, { emit, restart });
  return {
    [Symbol.asyncDispose]: async () => {
      await (await watching)?.[Symbol.asyncDispose]();
    },
  };
}

async function watch(
  globs: readonly string[],
  { emit, restart }: RestartOnChangeOptions,
): Promise<AsyncDisposable | undefined> {
  const toldOnce = new Set<string>();
  const onFault = (error: unknown) => {
    const because = error instanceof Error ? error.message : String(error);
    if (toldOnce.has(because)) return;
    toldOnce.add(because);
    emit({
      kind: "warning",
      code: "NOT_WATCHED",
      what: `not all of ${globs.join(", ")} can be watched: ${because}`,
      hint: "`portguard restart` and SIGHUP restart it, too",
    });
  };
  try {
    const { watchFiles } = await import("./watch-files.ts");
    return await watchFiles({
      globs,
      folder: process.cwd(),
      onFault,
      onChange: (path) => {
        emit({ kind: "file-changed", path });
        restart();
      },
    });
  } catch (error) {
    onFault(error);
    return undefined;
  }
}
