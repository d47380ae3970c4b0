import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `who`'s part of the one table of flags. */
export const WHO_FLAGS: readonly Flag[] = [
  {
    name: "pid",
    value: "needed",
    shows: "PID",
    group: "the question",
    usual: true,
    help: "what this process holds, and those below it",
  },
  { ...SHARED_FLAGS.udp, usual: true, help: "UDP only, as 53/udp" },
  { ...SHARED_FLAGS.json, usual: true },
  { ...SHARED_FLAGS.quiet, help: "one line for each, without details" },
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
