import { PortguardError } from "./error.ts";

/** What went wrong, in one line: our own words, or the system's. */
export function whatOf(error: unknown): string {
  return error instanceof PortguardError ? error.what : reasonOf(error);
}

/** The system's words for a failure, without its number and call: `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^[A-Z0-9]+: /, "").replace(/, [a-z]+( '.*')?$/s, "");
}
