import type * as Fs from "node:fs";
import { type PortguardError, fail } from "../core/error.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import { describeError } from "./error-text.ts";
import { renderJson } from "./json.ts";
import { reasonOf } from "../core/system-reason.ts";
import { writeFully } from "./write.ts";

/** Where `--events` go: one JSON object a line. Writing never throws: a reader that went away must not end the guard. */
export interface EventSink extends Disposable {
  /** Whether it was written, all of it. */
  readonly write: (event: ReserveEvent) => boolean;
  /** The fd that we were given for it; nothing where it is a file of our own. */
  readonly givenFd: number | undefined;
  /** Tells why portguard itself failed, as an event named `error`. */
  readonly writeError: (error: PortguardError) => void;
}

/** Opens `FILE`, to append (created for its owner alone), or takes `fd:N`. Throws EVENTS_FAILED, BAD_USAGE. */
export function openEvents(target: string): EventSink {
  const given = /^fd:(.*)$/s.exec(target)?.[1];
  const fd = given === undefined ? openFile(target) : checkFd(given);
  const write = (event: string, values: object) => {
    const time = new Date().toISOString();
    return writeFully(fd, `${renderJson({ time, event, ...values })}\n`);
  };
  return {
    write: ({ kind, ...values }) => write(kind, values),
    givenFd: given === undefined ? undefined : fd,
    writeError: (error) => void write("error", { error: describeError(error) }),
    [Symbol.dispose]: () => (given === undefined ? fs().closeSync(fd) : undefined),
  };
}

/** Non-blocking, so that a FIFO that nobody reads is a failure at once instead of a start that never comes. */
function openFile(path: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = fs().constants;
  try {
    // Bun adds O_CLOEXEC to every open: the command doesn't inherit it.
    return fs().openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  } catch (error) {
    return fail(
      "EVENTS_FAILED",
      `\`${path}\` can't be opened for events: ${reasonOf(error)}`,
      "name a file that you may write, or fd:N",
      {
        cause: error,
      },
    );
  }
}

function checkFd(text: string): number {
  const fd = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (fd === 0)
    fail(
      "BAD_USAGE",
      `\`fd:${text}\` is not a file descriptor for events`,
      "give its number, as in --events fd:3 3>events.ndjson",
    );
  try {
    fs().writeSync(fd, new Uint8Array(0));
    return fd;
  } catch (error) {
    return fail(
      "EVENTS_FAILED",
      `fd ${fd} can't be written to: ${reasonOf(error)}`,
      `open it first, as in --events fd:${fd} ${fd}>events.ndjson`,
      {
        cause: error,
      },
    );
  }
}

function fs(): typeof Fs {
  return require("node:fs");
}
