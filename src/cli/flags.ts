/** One flag of a verb: what it takes, and how help shows it. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** `optional` values are given by `=` only: `--auto=20`. */
  readonly value: "none" | "needed" | "optional";
  /** The value in help: `NAME`, `10s`. */
  readonly shows?: string;
  readonly repeatable?: true;
  /** It says something about the command, so it is a mistake without one. */
  readonly needsCommand?: true;
  readonly group: string;
  readonly help: string;
  /** It also stands in the short help. */
  readonly usual?: true;
}

const HELP: Flag = { name: "help", value: "none", group: "help", help: "everything; -h is one screen" };
const COLOR: Flag = {
  name: "color",
  value: "needed",
  shows: "WHEN",
  group: "reports",
  help: "auto (default), always or never; NO_COLOR is heeded",
};

/** One meaning a flag, everywhere: this is `reserve`'s part of that table. */
export const RESERVE_FLAGS: readonly Flag[] = [
  {
    name: "host",
    value: "needed",
    shows: "ADDRESS",
    repeatable: true,
    group: "the port",
    usual: true,
    help: "only this address, or localhost; repeatable (default: every one)",
  },
  {
    name: "auto",
    value: "optional",
    shows: "N",
    group: "the port",
    usual: true,
    help: "if it is held, take the next free one of N more (default 10)",
  },
  {
    name: "if-held",
    value: "needed",
    shows: "fail|wait[=30s]",
    group: "the port",
    usual: true,
    help: "fail at once (default), or wait for it",
  },
  {
    name: "for",
    value: "needed",
    shows: "10m",
    group: "the port",
    usual: true,
    help: "without a command: let go after this long",
  },
  {
    name: "handoff",
    value: "needed",
    shows: "WAY",
    needsCommand: true,
    group: "the command",
    usual: true,
    help: "auto (default), takeover, inherit or release",
  },
  {
    name: "env",
    value: "needed",
    shows: "NAME",
    needsCommand: true,
    group: "the command",
    help: "the variable that tells the command its port (default PORT)",
  },
  { name: "no-env", value: "none", needsCommand: true, group: "the command", help: "set no such variable" },
  {
    name: "nofile",
    value: "needed",
    shows: "N",
    needsCommand: true,
    group: "the command",
    help: "its soft limit of open files (default: as it was)",
  },
  {
    name: "ready-timeout",
    value: "needed",
    shows: "10s",
    needsCommand: true,
    group: "the command",
    usual: true,
    help: "how long it may take to listen before a warning",
  },
  {
    name: "grace",
    value: "needed",
    shows: "10s",
    needsCommand: true,
    group: "the end",
    usual: true,
    help: "between the first SIGTERM and SIGKILL",
  },
  { name: "outlive-parent", value: "none", group: "the end", help: "stay when whoever started portguard is gone" },
  {
    name: "kill-all",
    value: "none",
    needsCommand: true,
    group: "the end",
    help: "end daemons too that the command started on purpose",
  },
  {
    name: "events",
    value: "needed",
    shows: "FILE|fd:N",
    group: "reports",
    usual: true,
    help: "one JSON object a line for everything that happens",
  },
  { name: "dry-run", value: "none", group: "reports", usual: true, help: "show the plan, do nothing" },
  { name: "json", value: "none", group: "reports", help: "the plan of --dry-run as one JSON object" },
  { name: "quiet", value: "none", group: "reports", usual: true, help: "say nothing but warnings and errors" },
  COLOR,
  HELP,
];
