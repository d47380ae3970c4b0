import type { Listener } from "../facts.ts";

/** The path on a list of macOS' application firewall that the server runs as: the program itself, or the bundle that it is in. */
export function findListed({ owners }: Pick<Listener, "owners">, paths: readonly string[]): string | undefined {
  const own = owners.flatMap(({ process: { program, command } }) => program ?? command[0] ?? []);
  return paths.find((path) => own.some((each) => each === path || each.startsWith(`${path}/`)));
}
