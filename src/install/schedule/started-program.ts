/** What stands behind the program in every command line of ours. */
const WORDS = " clean --stop --scheduled";
const LAST_WORD = /(?:^|\s|ExecStart=)(?:"([^"]*)"|'([^']*)'|((?!ExecStart=)[^\s"']+))$/;

/**
 * The program of a command line that was written for a scheduler; nothing where there is more to its quoting than a pair of
 * quotes.
 */
export function readProgram(text: string): string | undefined {
  const end = text.indexOf(WORDS);
  const [, double, single, plain] = LAST_WORD.exec(end < 0 ? "" : text.slice(0, end)) ?? [];
  const program = double ?? single ?? plain;
  // A backslash is what it looks like in paths of Windows only.
  const odd = program !== undefined && /^[A-Za-z]:/.test(program) ? /[%&]/ : /[\\%$&]/;
  return program === undefined || odd.test(program) ? undefined : program;
}
