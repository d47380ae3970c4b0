import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `restart`'s part of the one table of flags. */
export const RESTART_FLAGS: readonly Flag[] = [
  { ...SHARED_FLAGS.json, usual: true },
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
