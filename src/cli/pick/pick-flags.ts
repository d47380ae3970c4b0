import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

/** `pick`'s part of the one table of flags. */
export const PICK_FLAGS: readonly Flag[] = [
  {
    name: "range",
    value: "needed",
    shows: "3000-3999",
    group: "the port",
    usual: true,
    help: "the first free one of these (default: any of 20000-29999)",
  },
  { name: "count", value: "needed", shows: "N", group: "the port", usual: true, help: "so many, all or none" },
  {
    name: "stable",
    value: "none",
    group: "the port",
    usual: true,
    help: "the same one each time for this git worktree (or folder), unless it is taken",
  },
  {
    name: "for-dir",
    value: "optional",
    shows: "DIR",
    group: "the port",
    usual: true,
    help: "the same for this very folder, or DIR, whatever worktree it is in",
  },
  {
    name: "for-pid",
    value: "needed",
    shows: "PID",
    values: [],
    group: "the end",
    usual: true,
    help: "keep it until somebody serves on it, or this process ends",
  },
  {
    name: "for",
    value: "needed",
    shows: "10s",
    group: "the port",
    usual: true,
    help: "keep it no longer than this (default 10s, with --for-pid: no limit)",
  },
  { name: "exec", value: "none", group: "the command", usual: true, help: "run the command on it, as `reserve` does" },
  { ...SHARED_FLAGS.json, usual: true },
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];
