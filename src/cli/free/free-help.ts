import { describeFields } from "../../report/json-fields.ts";
import { PLAN_JSON } from "../../report/plan-text.ts";
import { FREED_JSON } from "../../report/stop-json.ts";
import { FREE_FLAGS } from "./free-flags.ts";
import type { HelpPage } from "../words/help.ts";

export const FREE_HELP: HelpPage = {
  verb: "free",
  line: "stop the holder, gently, and prove that the port is free",
  examples: ["free 8000", "free 8000 --dry-run", "free 3000 5173 --yes"],
  usage: "free PORT… [flags]",
  flags: FREE_FLAGS,
  chapters: [
    {
      title: "ports",
      lines: [
        "8000              on every address, IPv4 and IPv6",
        "127.0.0.1:8000    on this address only",
        "53/udp            UDP instead of TCP",
        "3000-3010         each of them",
      ],
    },
    {
      title: "whom it stops",
      lines: [
        "the process that has the port, its workers, and what would start it again (nodemon, --reload);",
        "the reservation, where a portguard guards it",
        "each is looked at once more at the moment of the signal: another one with its number is safe",
      ],
    },
    {
      title: "whom it does not stop",
      lines: [
        "a client whose own end of a connection is that port; whatever portguard itself runs below;",
        "a systemd service, a container, what a manager looks after: how these are stopped is said instead;",
        "another user's process, unless you are root and say yes",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 the port is free now, or was (it is bound on every address to prove it);",
        "1 not free in the end, or no reservation has the name; 2 bad usage;",
        "3 whoever has it can't be seen",
      ],
    },
  ],
  appendix: [
    { title: "the object of --json", lines: describeFields(FREED_JSON) },
    { title: "that of --dry-run --json", lines: describeFields(PLAN_JSON) },
  ],
};
