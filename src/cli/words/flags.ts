/** One flag of a verb: what it takes, and how help shows it. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** It has one dash: `-4`. Every other has two. */
  readonly short?: true;
  /** `optional` values are given by `=` only: `--auto=20`. */
  readonly value: "none" | "needed" | "optional";
  /** The value in help: `NAME`, `10s`. */
  readonly shows?: string;
  /** The words that it may be, for completion, where `shows` does not list them: see `complete.ts`. */
  readonly values?: readonly string[];
  readonly repeatable?: true;
  /** It says something about the command, so it is a mistake without one. */
  readonly needsCommand?: true;
  readonly group: string;
  readonly help: string;
  /** It also stands in the short help. */
  readonly usual?: true;
}

/** A verb and the flags that it takes. */
export interface VerbFlags {
  readonly verb: string;
  readonly flags: readonly Flag[];
}

/** A flag as it is typed. */
export function spellFlag({ name, short }: Flag): string {
  return short ? `-${name}` : `--${name}`;
}

/** One meaning a flag, everywhere: what more than one verb takes is defined here, and a verb adds to its help at most. */
export const SHARED_FLAGS = {
  json: { name: "json", value: "none", group: "reports", help: "one JSON object on stdout" },
  quiet: { name: "quiet", value: "none", group: "reports", usual: true, help: "say nothing but warnings and errors" },
  color: {
    name: "color",
    value: "needed",
    shows: "WHEN",
    values: ["auto", "always", "never"],
    group: "reports",
    help: "auto (default), always or never; NO_COLOR is heeded",
  },
  help: { name: "help", value: "none", group: "help", help: "everything; -h is one screen" },
  timeout: {
    name: "timeout",
    value: "needed",
    shows: "3s",
    group: "the question",
    usual: true,
    help: "how long to wait for an answer",
  },
  ipv4: { name: "4", short: true, value: "none", group: "the question", help: "IPv4 only" },
  ipv6: { name: "6", short: true, value: "none", group: "the question", help: "IPv6 only" },
  udp: { name: "udp", value: "none", group: "the question", help: "UDP instead of TCP, as 53/udp" },
  follow: {
    name: "follow",
    value: "none",
    group: "the question",
    usual: true,
    help: "again every second, one line for each change",
  },
  name: {
    name: "name",
    value: "needed",
    shows: "NAME",
    group: "the reservation",
    usual: true,
    help: "the reservation of this name",
  },
} as const satisfies Readonly<Record<string, Flag>>;
