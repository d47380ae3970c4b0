import { type Flag, SHARED_FLAGS } from "../words/flags.ts";
import { RESERVE_FLAGS } from "../reserve/reserve-flags.ts";

const IF_HELD = RESERVE_FLAGS.find(({ name }) => name === "if-held")!;

/** `wrap`'s part of the one table of flags. */
export const WRAP_FLAGS: readonly Flag[] = [
  {
    name: "port",
    value: "needed",
    shows: "3005",
    repeatable: true,
    group: "the port",
    usual: true,
    help: "the port that the server takes (default: as its entry says); repeatable",
  },
  { ...IF_HELD, help: "what is done when it is held (default stop-orphan)" },
  {
    name: "project",
    value: "needed",
    shows: "DIR",
    group: "what is done",
    usual: true,
    help: "whose server of ~/.claude.json (default: this folder's, then that of all)",
  },
  { name: "undo", value: "none", group: "what is done", usual: true, help: "take portguard away again" },
  { name: "dry-run", value: "none", group: "reports", usual: true, help: "show the plan, do nothing" },
  { ...SHARED_FLAGS.json, usual: true },
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
