import { SCHEDULERS } from "../../install/schedule/scheduler.ts";
import { type Flag, SHARED_FLAGS } from "../words/flags.ts";

const FILTERS: readonly Flag[] = [
  {
    name: "match",
    value: "needed",
    shows: "TEXT",
    repeatable: true,
    group: "which of them",
    usual: true,
    help: "only those with this in their command line; `*` stands for anything",
  },
  {
    name: "port",
    value: "needed",
    shows: "PORT",
    repeatable: true,
    group: "the port",
    usual: true,
    help: "only those on this port",
  },
  {
    name: "under",
    value: "needed",
    shows: "DIR",
    group: "which of them",
    usual: true,
    help: "only those whose folder is in this one",
  },
];

const REPORTS: readonly Flag[] = [
  { name: "dry-run", value: "none", group: "reports", usual: true, help: "show the plan, do nothing" },
  SHARED_FLAGS.json,
  SHARED_FLAGS.quiet,
  SHARED_FLAGS.color,
  SHARED_FLAGS.help,
];

/** `clean`'s part of the one table of flags. */
export const CLEAN_FLAGS: readonly Flag[] = [
  { name: "check", value: "none", group: "what is done", usual: true, help: "only say which there are (default)" },
  { name: "stop", value: "none", group: "what is done", usual: true, help: "stop those that are orphans for certain" },
  { name: "all", value: "none", group: "what is done", usual: true, help: "stop the likely ones, too, having asked" },
  { name: "yes", value: "none", group: "what is done", usual: true, help: "no question" },
  {
    name: "grace",
    value: "needed",
    shows: "5s",
    group: "the end",
    help: "between the first SIGTERM and SIGKILL, for each process (default 5s)",
  },
  {
    name: "scheduled",
    value: "none",
    group: "what is done",
    help: "stop only what an earlier run saw, 10 minutes ago, and what has been idle since",
  },
  {
    name: "log",
    value: "none",
    group: "what is done",
    usual: true,
    help: "list all that was ended, and what starts it again",
  },
  ...FILTERS,
  ...REPORTS,
];

/** The same for `clean schedule`. */
export const SCHEDULE_FLAGS: readonly Flag[] = [
  {
    name: "every",
    value: "needed",
    shows: "5m",
    group: "the schedule",
    usual: true,
    help: "how often (default 5m)",
  },
  {
    name: "with",
    value: "needed",
    shows: "NAME",
    values: SCHEDULERS,
    group: "the schedule",
    usual: true,
    help: "systemd, launchd, schtasks or cron (default: the one that this machine has)",
  },
  { name: "status", value: "none", group: "what is done", usual: true, help: "say whether it is in place" },
  { name: "remove", value: "none", group: "what is done", usual: true, help: "take it back" },
  ...FILTERS,
  ...REPORTS,
];
