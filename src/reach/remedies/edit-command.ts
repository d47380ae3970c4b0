import { baseName, stripInterpreter } from "../../holders/recognize/command.ts";

/**
 * The command as it would be typed: a script that is a file of its own runs without the interpreter before it
 * (`/app/.venv/bin/uvicorn app:app`), everything else as it is.
 */
export function typedCommand(command: readonly string[]): readonly string[] {
  const script = stripInterpreter(command);
  const isInstalled = /[/\\]\.?bin[/\\]/.test(script[0] ?? "") && !/\.[a-z]+$/.test(baseName(script[0]));
  return isInstalled ? script : command;
}

/** The command with this option set, in place of any of its names that it has; else at the end, under the first name. */
export function withOption(command: readonly string[], names: readonly string[], value: string): readonly string[] {
  const [name = ""] = names;
  const at = command.findIndex((word) => names.some((each) => word === each || isJoined(word, each)));
  if (at < 0) return [...command, name, value];
  const word = command[at]!;
  const joined = names.find((each) => word !== each && isJoined(word, each));
  if (joined !== undefined) return command.with(at, `${joined}${joined.startsWith("--") ? "=" : ""}${value}`);
  // `vite --host` may stand alone.
  const hasValue = at + 1 < command.length && !command[at + 1]!.startsWith("-");
  return hasValue ? command.with(at + 1, value) : command.toSpliced(at + 1, 0, value);
}

/** `--host=X`, `-bX`. */
function isJoined(word: string, name: string): boolean {
  if (name.startsWith("--")) return word.startsWith(`${name}=`);
  return /^-[A-Za-z]$/.test(name) && word.startsWith(name) && word.length > 2;
}

/** The command with this word, which gives address and port, in place of the one that fits; else right behind `after`. */
export function withPlace(command: readonly string[], after: string, fits: RegExp, value: string): readonly string[] {
  const start = command.indexOf(after);
  const at = command.findIndex((word, index) => index > start && fits.test(word));
  return at < 0 ? command.toSpliced(start + 1, 0, value) : command.with(at, value);
}
