import type { Evidence } from "../../core/finding.ts";
import { describeListener, describeListening, describePlace } from "./describe.ts";
import type { Listener, Owner } from "../facts.ts";
import type { Try } from "../reading/tries.ts";

/** A command line is shown up to here. */
const COMMAND_LENGTH = 160;
/** What was tried on many addresses is told of the first ones. */
const MOST_TRIES = 3;

/** `uvicorn (pid 4711) listens on 127.0.0.1:8000`. */
export function showListener(listener: Listener): Evidence {
  return { what: describeListening(listener), source: "socket table" };
}

/** `python3 (pid 4711) on 127.0.0.1:8000 has bound it and does not listen`. */
export function showBound(listener: Listener): Evidence {
  return { what: `${describeListener(listener)} has bound it and does not listen (yet)`, source: "socket table" };
}

/** `3 connections wait on 127.0.0.1:8000 to be accepted, of 128 that may`; nothing where none does. */
export function showQueue({ row }: Listener, waiting = row.queue?.waiting ?? 0): readonly Evidence[] {
  if (!row.queue || waiting === 0) return [];
  const wait = waiting === 1 ? "1 connection waits" : `${waiting} connections wait`;
  return [
    { what: `${wait} on ${describePlace(row)} to be accepted, of ${row.queue.limit} that may`, source: "socket table" },
  ];
}

/** The command line as it was started. */
export function showStart({ process: { pid, command } }: Pick<Owner, "process">): readonly Evidence[] {
  // A process title is padded with blanks to the length of the command line that it replaced.
  const text = command.join(" ").trim();
  if (text === "") return [];
  const shown = text.length > COMMAND_LENGTH ? `${text.slice(0, COMMAND_LENGTH - 1)}…` : text;
  return [{ what: `it was started as \`${shown}\``, source: `command line of ${pid}` }];
}

/** What the tries of this kind met. */
export function showTries(tries: readonly Try[], met: Try["met"]): readonly Evidence[] {
  return tries
    .filter((each) => each.met === met)
    .slice(0, MOST_TRIES)
    .map(({ evidence }) => evidence);
}
