/** As a reader would type it into a POSIX shell; words that a shell would split or expand are quoted. `{port}` is none to any of them. */
export function showCommand(command: readonly string[]): string {
  return command
    .map((word) => (/^(?![~=])(?:[\w@%+=:,./~^-]|\{[\w:]+\})+$/.test(word) ? word : quoteWord(word)))
    .join(" ");
}

/** In single quotes, as every POSIX shell reads it. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
