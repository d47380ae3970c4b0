/**
 * Every way portguard itself can fail. The exit code is part of the code's meaning, so it stands here, once:
 * 2 bad usage, 125 our own failure around a command, 126 / 127 the command can't be run / isn't found,
 * 1 the verb's "no", 3 could not be determined.
 */
export const ERROR_EXITS = {
  BAD_USAGE: 2,
  BAD_PORT: 2,
  BAD_ADDRESS: 2,
  BAD_TARGET: 2,
  BAD_DURATION: 2,
  BAD_RULES: 2,
  CONFIG_BROKEN: 2,
  CONFIG_UNREADABLE: 2,
  CONFIG_NOT_WRITTEN: 3,
  NAME_UNKNOWN: 1,
  NO_FREE_PORT: 1,
  NO_SCHEDULER: 1,
  SERVER_UNKNOWN: 1,
  SERVER_NOT_WRAPPABLE: 1,
  UNKNOWN_FLAG: 2,
  UNKNOWN_VERB: 2,
  NEEDS_ROOT: 3,
  NO_ANSWER: 3,
  NO_STATE_FOLDER: 3,
  RULES_UNKNOWN: 3,
  STATE_NOT_WRITTEN: 3,
  PORT_HELD: 125,
  PORT_STOLEN: 125,
  PORT_DENIED: 125,
  NAME_TAKEN: 125,
  NO_RESERVATION: 125,
  NOT_LOCAL: 125,
  HANDOFF_REFUSED: 125,
  GUARD_LOST: 125,
  EVENTS_FAILED: 125,
  PAGE_FAILED: 2,
  UNSUPPORTED: 125,
  INTERNAL: 125,
  COMMAND_NOT_RUNNABLE: 126,
  COMMAND_NOT_FOUND: 127,
} as const;

export type ErrorCode = keyof typeof ERROR_EXITS;

/** A failure that is told to the user as `what`, then a hint; never a stack trace. */
export class PortguardError extends Error {
  override readonly name = "PortguardError";
  constructor(
    readonly code: ErrorCode,
    readonly what: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${what}`, options);
  }

  get exit(): number {
    return ERROR_EXITS[this.code];
  }
}

/** Throws a `PortguardError`; an expression, so that it can stand behind `??`. */
export function fail(code: ErrorCode, what: string, hint: string, options?: ErrorOptions): never {
  throw new PortguardError(code, what, hint, options);
}
