import type { HelpPage } from "../words/help.ts";
import { WAIT_FLAGS } from "./wait-flags.ts";

export const WAIT_HELP: HelpPage = {
  verb: "wait",
  line: "wait until it answers, or is free",
  examples: ["wait 8000", "wait http://localhost:8000/health db.lan:5432 --timeout 1m", "wait 8000 --free"],
  usage: "wait TARGET… [flags]",
  flags: WAIT_FLAGS,
  chapters: [
    {
      title: "what an answer is",
      lines: [
        "8000, db.lan:5432            a connection is taken",
        "http://localhost:8000/ok     a status under 500 comes",
        "53/udp                       something comes back",
      ],
    },
    {
      title: "exit codes",
      lines: ["0 all of them (with --any, one) in time; 1 not in time, and why is told; 2 bad usage"],
    },
  ],
  appendix: [
    {
      title: "the object of --json",
      lines: [
        "ok, waitedMs; targets: a list of target, ok and afterMs",
        "where it was not in time: findings as `portguard reach --json` has them (with --free: holders)",
      ],
    },
  ],
};
