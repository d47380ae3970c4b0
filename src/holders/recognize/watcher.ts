import { baseName, stripInterpreter } from "./command.ts";

/** Programs whose only work is to start another one again: when its files change, or when it ends. */
const WATCHERS = new Set([
  "CompileDaemon",
  "air",
  "bacon",
  "cargo-watch",
  "chokidar",
  "entr",
  "forever",
  "gow",
  "guard",
  "modd",
  "node-dev",
  "nodemon",
  "reflex",
  "supervisor",
  "ts-node-dev",
  "tsnd",
  "watchexec",
  "watchfiles",
  "watchmedo",
  "wgo",
]);

/** What `forever start` leaves running, and each server below it. */
const MONITOR = /[/\\]forever[/\\]bin[/\\]monitor$/;

/** Servers that start themselves anew, from a first process that stays: by this word of their command line. */
const RELOADERS: Readonly<Record<string, RegExp>> = {
  cargo: /^watch$/,
  django: /^runserver$/,
  dotnet: /^watch$/,
  fastapi: /^dev$/,
  flask: /^--(?:debug|reload)$/,
  hypercorn: /^--reload$/,
  "manage.py": /^runserver$/,
  node: /^--watch(?:-path)?(?:=|$)/,
  sanic: /^(?:--reload|-r|--auto-reload|--dev|-d)$/,
  tsx: /^watch$/,
  uvicorn: /^--reload$/,
};

/** Whether this process would start the server below it again, were that one stopped alone. */
export function isWatcher(command: readonly string[]): boolean {
  const program = baseName(command[0]);
  // node's own watch mode stands before the script.
  if (program === "node" && RELOADERS["node"]!.test(command[1] ?? "")) return true;
  const [script = "", ...args] = stripInterpreter(command);
  const name = baseName(script).replace(/\.(?:[cm]?js|ts|py)$/, "");
  if (WATCHERS.has(name) || MONITOR.test(script)) return true;
  const reloads = RELOADERS[baseName(script)] ?? RELOADERS[name];
  return reloads !== undefined && name !== "node" && args.some((word) => reloads.test(word));
}
