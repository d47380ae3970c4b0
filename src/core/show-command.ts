/** As a reader would type it into a POSIX shell; words that a shell would split or expand are quoted. `{port}` is none to any of them. */
export function showCommand(command: readonly string[]): string {
  return command
    .map((word) =>
      /^(?![~=])(?:[\w@%+=:,./~^-]|\{[\w:]+\})+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
    )
    .join(" ");
}
