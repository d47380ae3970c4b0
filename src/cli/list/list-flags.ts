import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `list`'s part of the one table of flags. */
export const LIST_FLAGS: readonly Flag[] = [
  { ...SHARED_FLAGS.name, help: "only the reservation of this name" },
  {
    name: "url",
    value: "none",
    group: "the reservation",
    usual: true,
    help: "only its URL, for a client: http://127.0.0.1:8001",
  },
  { name: "mine", value: "none", group: "the question", usual: true, help: "only what is yours" },
  {
    name: "orphans",
    value: "none",
    group: "the question",
    usual: true,
    help: "only what was left behind, as `who` judges",
  },
  { ...SHARED_FLAGS.udp, usual: true },
  SHARED_FLAGS.follow,
  { ...SHARED_FLAGS.json, usual: true, help: "one JSON object on stdout; with --follow one a line for each change" },
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
