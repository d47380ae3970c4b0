import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `free`'s part of the one table of flags. */
export const FREE_FLAGS: readonly Flag[] = [
  SHARED_FLAGS.udp,
  { ...SHARED_FLAGS.name, help: "the ports of the reservation of this name" },
  {
    name: "grace",
    value: "needed",
    shows: "5s",
    group: "the end",
    usual: true,
    help: "between the first SIGTERM and SIGKILL, for each process (default 5s)",
  },
  { name: "yes", value: "none", group: "what is done", usual: true, help: "no question" },
  { name: "dry-run", value: "none", group: "reports", usual: true, help: "show the plan, do nothing" },
  SHARED_FLAGS.json,
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
