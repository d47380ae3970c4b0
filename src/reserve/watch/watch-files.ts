import { resolve } from "node:path";
import { WatchedFiles } from "./watched-files.ts";

/** A save is often several changes, and a checkout very many: so long nothing must happen before it counts. */
const SETTLE_MS = 100;
/** Where it never does, it counts after this long. */
const LONGEST_MS = 2000;

export interface WatchOptions {
  readonly globs: readonly string[];
  /** The globs are relative to it. */
  readonly folder: string;
  /** Told once for changes that come together: the first one's path, relative to the folder. */
  readonly onChange: (path: string) => void;
  /** Told when something can't be watched. */
  readonly onFault: (error: unknown) => void;
}

/** Tells of changed, new and removed files until disposed of. Resolves when all that is there is being watched. */
export async function watchFiles({ globs, folder, onChange, onFault }: WatchOptions): Promise<AsyncDisposable> {
  const { watch } = await import("chokidar");
  const files = new WatchedFiles(globs, folder);
  let first: { readonly path: string; readonly at: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    const path = first?.path;
    first = undefined;
    if (path !== undefined) onChange(path);
  };
  const watcher = watch([...files.bases], {
    ignoreInitial: true,
    // It asks with forward slashes, on Windows too.
    ignored: (path, stats) => (stats?.isDirectory() ? files.skips(resolve(path)) : false),
    ignorePermissionErrors: true,
  });
  watcher.on("all", (event, path) => {
    files.noteChange(path);
    if (event === "addDir" || event === "unlinkDir" || !files.has(path)) return;
    first ??= { path: relativeTo(folder, path), at: performance.now() };
    clearTimeout(timer);
    timer = setTimeout(settle, Math.min(SETTLE_MS, Math.max(0, first.at + LONGEST_MS - performance.now())));
  });
  watcher.on("error", onFault);
  const ready = Promise.withResolvers<void>();
  watcher.once("ready", () => ready.resolve());
  await ready.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`) ? path.slice(folder.length + 1) : path;
}
