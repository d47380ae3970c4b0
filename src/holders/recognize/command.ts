/** The last part of a path, without `.exe`. */
export function baseName(word = ""): string {
  return (word.split(/[/\\]/).pop() ?? "").replace(/\.exe$/i, "");
}

const INTERPRETER = /^(?:python[\d.]*|pypy3?|node|nodejs|bun|deno|ruby[\d.]*|php[\d.]*)$/;

/** Options of interpreters whose value is the next word. */
const TAKES_VALUE = /^(?:-[XWrI]|--require|--import|--loader|--experimental-loader|--conditions|--env-file)$/;

/**
 * The command from the program's own word on: behind an interpreter its script, or the module behind `-m`. A process that
 * has written its title over its command line (`nginx: master process …`) has it all in one word.
 */
export function stripInterpreter(command: readonly string[]): readonly string[] {
  if (!INTERPRETER.test(baseName(command[0]))) return command;
  const module = command.indexOf("-m");
  if (module > 0 && isBeforeScript(command, module)) return command.slice(module + 1);
  const script = command.findIndex(
    (word, index) => index > 0 && !word.startsWith("-") && !TAKES_VALUE.test(command[index - 1]!),
  );
  return script < 0 ? command : command.slice(script);
}

/** Whether this word is an option of the interpreter, not of its script. */
function isBeforeScript(command: readonly string[], at: number): boolean {
  return command.slice(1, at).every((word, index) => word.startsWith("-") || TAKES_VALUE.test(command[index]!));
}

/** Whether the process wrote a title over its command line: then the real one is lost. */
export function isTitle(command: readonly string[]): boolean {
  return command.filter((word) => word !== "").length === 1 && (command[0] ?? "").includes(" ");
}
