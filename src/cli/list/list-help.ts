import { describeFields } from "../../report/json-fields.ts";
import { LIST_CHANGE_JSON, LIST_JSON } from "../../report/list-json.ts";
import type { HelpPage } from "../words/help.ts";
import { LIST_FLAGS } from "./list-flags.ts";

export const LIST_HELP: HelpPage = {
  verb: "list",
  line: "every listener and every reservation on this machine",
  examples: ["list", "list --mine --follow", "list --name api --url"],
  usage: "list [flags]",
  flags: LIST_FLAGS,
  chapters: [
    {
      title: "the columns",
      lines: [
        "open to        who could connect by its address: this machine, or others (a firewall apart)",
        "process        who has the socket; +3: three more share it; ?: another user's (`sudo` shows it)",
        "directory      where the process runs; of a reservation, where portguard was started",
        "reservation    its name: `--name`, or the folder and the port",
      ],
    },
    { title: "exit codes", lines: ["0 something is listed, 1 nothing, 2 bad usage, 3 a name can't be looked up"] },
  ],
  appendix: [
    { title: "the object of --json", lines: describeFields(LIST_JSON) },
    { title: "a line of --follow --json", lines: describeFields(LIST_CHANGE_JSON) },
  ],
};
