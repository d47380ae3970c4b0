/** What people call a command: the last part of its program's path, without `.exe`. */
export function programName(command: readonly string[]): string {
  const program = command[0]?.split(/[/\\]/).at(-1) ?? "";
  return program.replace(/\.exe$/i, "");
}
