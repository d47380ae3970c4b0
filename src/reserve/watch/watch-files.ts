import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isBelow, WatchedFiles } from "./watched-files.ts";

/** A save is often several changes: so long nothing must happen before it counts. */
const SETTLE_MS = 100;
/** A checkout is very many, which come in bursts: after so many it is waited for longer. */
const MANY = 20;
const SETTLE_AFTER_MANY_MS = 500;
/** Where it never settles, it counts after this long. */
const LONGEST_MS = 10_000;

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
  let first: { readonly path: string; readonly at: number; count: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    const path = first?.path;
    first = undefined;
    if (path !== undefined) onChange(path);
  };
  const watcher = watch([...files.bases], {
    ignoreInitial: true,
    // It asks with forward slashes, on Windows too.
    ignored: (path, stats) => (stats?.isDirectory() ? files.skips(resolve(path)) || leadsUp(path) : false),
    ignorePermissionErrors: true,
  });
  watcher.on("all", (event, path) => {
    files.noteChange(path);
    // It may come back: then the folder above it tells.
    if (event === "unlinkDir" && files.bases.includes(path)) watcher.add(path);
    if (event === "addDir" || event === "unlinkDir" || !files.has(path)) return;
    first ??= { path: relativeTo(folder, path), at: performance.now(), count: 0 };
    const settleMs = ++first.count > MANY ? SETTLE_AFTER_MANY_MS : SETTLE_MS;
    clearTimeout(timer);
    timer = setTimeout(settle, Math.min(settleMs, Math.max(0, first.at + LONGEST_MS - performance.now())));
  });
  watcher.on("error", (error) => {
    // A link that leads to itself is no file.
    if (!(error instanceof Error && "code" in error && error.code === "ELOOP")) onFault(error);
  });
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

/** A link to a folder above itself: below it everything comes again, and again. */
function leadsUp(path: string): boolean {
  const folder = dirname(path);
  try {
    return folder !== path && isBelow(realpathSync(folder), realpathSync(path));
  } catch {
    return false;
  }
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`) ? path.slice(folder.length + 1) : path;
}
