import { join } from "node:path";
import { fail } from "../../core/error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws NO_SCHEDULER where the environment does not name it. */
export function homeFolder(env: Environment): string {
  return env["HOME"] || fail("NO_SCHEDULER", "HOME is not set, so there is no place to write to", "set HOME");
}

/** `XDG_CONFIG_HOME`, where it is absolute as its specification wants it, else `~/.config`. */
export function configFolder(env: Environment): string {
  const told = env["XDG_CONFIG_HOME"];
  return told?.startsWith("/") ? told : join(homeFolder(env), ".config");
}
