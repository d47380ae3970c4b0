import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `wait`'s part of the one table of flags. */
export const WAIT_FLAGS: readonly Flag[] = [
  { ...SHARED_FLAGS.timeout, shows: "30s", help: "how long to wait for an answer, in all (default 30s)" },
  { name: "any", value: "none", group: "the question", usual: true, help: "one of the targets is enough" },
  {
    name: "free",
    value: "none",
    group: "the question",
    usual: true,
    help: "wait until nobody has the port, on this machine",
  },
  SHARED_FLAGS.ipv4,
  SHARED_FLAGS.ipv6,
  SHARED_FLAGS.udp,
  SHARED_FLAGS.json,
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
