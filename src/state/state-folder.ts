import { join } from "node:path";
import { fail } from "../core/error.ts";
import type { OsName } from "../core/os.ts";

/**
 * Where portguard keeps what must outlive it: `XDG_STATE_HOME/portguard`, else `~/.local/state/portguard`; on Windows
 * `%LOCALAPPDATA%\portguard`. Throws NO_STATE_FOLDER where the environment names neither.
 */
export function stateFolder(system: OsName, env: Readonly<Record<string, string | undefined>>): string {
  const root = system === "windows" ? env["LOCALAPPDATA"] : (absolute(env["XDG_STATE_HOME"]) ?? under(env["HOME"]));
  if (root) return join(root, "portguard");
  const wanted = system === "windows" ? "LOCALAPPDATA" : "HOME";
  return fail(
    "NO_STATE_FOLDER",
    `${wanted} is not set, so there is no place for what portguard keeps`,
    `set ${wanted}`,
  );
}

/** The XDG specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}

function under(home: string | undefined): string | undefined {
  return home ? join(home, ".local", "state") : undefined;
}
