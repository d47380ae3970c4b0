/**
 * A command for a line that is to be pasted: as it was typed where no shell takes its words apart, else `COMMAND`, for each
 * shell quotes in a way of its own.
 */
export function showPlainCommand(command: readonly string[]): string {
  const isPlain = command.length > 0 && command.every((word) => /^[A-Za-z0-9_.:/=+-]+$/.test(word));
  return isPlain && !command[0]?.includes("=") ? command.join(" ") : "COMMAND";
}
