import { describeFields, type JsonField } from "../../report/json-fields.ts";
import type { HelpPage } from "../words/help.ts";
import { PICK_FLAGS } from "./pick-flags.ts";

/** Every field of what `pick --json` writes. */
export const PICK_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "true"],
  ["ports[]", "numbers, in order"],
  ["keeper", "the pid of the process that keeps them"],
];

export const PICK_HELP: HelpPage = {
  verb: "pick",
  line: "a free port, held until the caller has it",
  examples: ["pick --for 30s", "pick --range 3000-3999 --stable", "pick --exec -- npm run dev -- --port {port}"],
  usage: "pick [flags] [--exec -- COMMAND…]",
  flags: PICK_FLAGS,
  chapters: [
    {
      title: "how it is held",
      lines: [
        "the number is on stdout at once, as in PORT=$(portguard pick --for-pid $$); a process of its own",
        "keeps it until a server listens on it, --for is over, or the process of --for-pid ends",
        "held exclusively first, so that no two picks get the same one, it then gives way to whoever asks",
        "for this very number: on Linux a server that sets SO_REUSEADDR, as nearly all do; kept away are",
        "the system's own choice (bind to 0, outgoing connections), every portguard, programs without it",
        "on macOS and Windows only other portguards are kept away",
        "a program that tries numbers until one is free could still take it: --exec leaves no such gap",
        "in the same worktree (or folder) `portguard reserve PORT -- COMMAND` takes the held sockets over;",
        "elsewhere it is refused, as by any other reservation; `portguard list` shows what is kept",
      ],
    },
    {
      title: "with --exec",
      lines: [
        "the command is run, handed the port and guarded as by `portguard reserve`, which stays: it is what",
        "answers the command's bind(), now and when it binds again",
        "{port} and PORT are the port; with --count {port:1}, {port:2} and PORT_1, PORT_2 are each of them",
      ],
    },
    {
      title: "which ports",
      lines: [
        "20000-29999 are given to no outgoing connection by any system; what browsers refuse is left out",
        "--stable remembers what a worktree got, and gives it to another one only where no other is left;",
        "asked again while it is kept, it is the same one, kept until the later of both ends",
      ],
    },
    {
      title: "exit codes",
      lines: ["0 picked; 1 none free; 2 bad usage; with --exec as `reserve` has them"],
    },
  ],
  appendix: [{ title: "the object of --json", lines: describeFields(PICK_JSON) }],
};
