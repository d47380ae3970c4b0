import { describeFields } from "../../report/json-fields.ts";
import { WHO_JSON } from "../../report/who-json.ts";
import type { HelpPage } from "../words/help.ts";
import { WHO_FLAGS } from "./who-flags.ts";

export const WHO_HELP: HelpPage = {
  verb: "who",
  line: "who holds a port, where it comes from, and whether it is an orphan",
  examples: ["who 8000", "who nginx", "who --pid 4711 --json"],
  usage: "who [PORT|PID|NAME] [flags]",
  flags: WHO_FLAGS,
  chapters: [
    {
      title: "what is asked for",
      lines: [
        "8000, 53/udp       a port, TCP and UDP unless it says which",
        "470011             a process, where it can't be a port; --pid for any number",
        "nginx              a process, program, script, unit or container by its name",
        "(nothing)          everybody who listens, one line each",
      ],
    },
    {
      title: "the verdict",
      lines: [
        "certain    an orphan: whoever started it is gone, what it was made for is dead, nobody uses it",
        "likely     probably an orphan; what speaks against it is told",
        "live       whoever started it is there",
        "managed    a service, a container, a process manager or portguard looks after it",
        "kept       made to outlive its starter: a daemon, nohup, or PORTGUARD_KEEP is set",
        "system     the system's own",
        "unknown    it may not be seen, or whether anybody wants it can't be told",
      ],
    },
    {
      title: "exit codes",
      lines: ["0 somebody holds it; 1 nobody; 2 bad usage; 3 somebody who may not be seen"],
    },
  ],
  appendix: [{ title: "the object of --json", lines: describeFields(WHO_JSON) }],
};
