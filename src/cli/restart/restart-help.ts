import { describeFields } from "../../report/json-fields.ts";
import { RESTART_JSON } from "../../report/restart-text.ts";
import type { HelpPage } from "../words/help.ts";
import { RESTART_FLAGS } from "./restart-flags.ts";

export const RESTART_HELP: HelpPage = {
  verb: "restart",
  line: "a new generation of a running reservation",
  examples: ["restart api", "restart shop-8000 --quiet", "restart api --json"],
  usage: "restart NAME [flags]",
  flags: RESTART_FLAGS,
  chapters: [
    {
      title: "what happens",
      lines: [
        "the command is started once more, on the same sockets, and the outcome is waited for;",
        "once it is ready the old one is ended, or that is ended first (`reserve --restart-mode`)",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 it is ready; 1 no such reservation, or it never got ready, and the old one goes on",
        "2 bad usage; 3 the reservation does not answer, or none can be looked up",
      ],
    },
  ],
  appendix: [{ title: "the object of --json", lines: describeFields(RESTART_JSON) }],
};
