import { fail } from "../../core/error.ts";
import type { Exit } from "../../core/os.ts";
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from "../../install/completions.ts";
import { writeFully } from "../../report/write.ts";
import { COMPLETIONS_FLAGS, COMPLETIONS_HELP } from "./completions-help.ts";
import { colorOf } from "../words/flag-values.ts";
import { findNearest } from "../words/nearest.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const STDOUT = 1;

/** `portguard completions`: prints a shell's script. Throws PortguardError. */
export async function runCompletions({ words, command }: Invocation, _services: Services): Promise<Exit> {
  if (await showHelp(words, async () => COMPLETIONS_HELP)) return { kind: "code", code: 0 };
  writeFully(STDOUT, COMPLETION_SCRIPTS[parseShell(words, command)]);
  return { kind: "code", code: 0 };
}

/** Reads what follows `portguard completions`. Throws a PortguardError whose exit is 2. */
export function parseShell(words: readonly string[], command: Invocation["command"]): Shell {
  const named: string[] = [];
  const flags = parseArgs(words, { verb: "completions", flags: COMPLETIONS_FLAGS }, (word) => {
    named.push(word);
    if (named.length > 1) fail("BAD_USAGE", `\`${word}\` is a second shell`, "ask for one at a time");
  });
  colorOf(flags);
  if (command) fail("BAD_USAGE", "completions runs no command", "leave `--` and what follows it out");
  const [name] = named;
  const known = SHELLS.join(", ");
  if (name === undefined) return fail("BAD_USAGE", "no shell is given", `say which one: ${known}`);
  const shell = SHELLS.find((each) => each === name);
  if (shell) return shell;
  const near = findNearest(name, SHELLS);
  return fail("BAD_USAGE", `there is no script for \`${name}\``, near ? `did you mean ${near}?` : `there are ${known}`);
}
