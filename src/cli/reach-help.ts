import { REACH_JSON } from "../report/reach-json.ts";
import type { HelpPage } from "./help.ts";
import { REACH_FLAGS } from "./reach-flags.ts";

export const REACH_HELP: HelpPage = {
  verb: "reach",
  line: "why can't it be reached, with evidence and the mend",
  examples: ["reach 8000", "reach http://192.168.1.20:8000/health --from lan", "reach db.lan:5432 --json"],
  usage: "reach TARGET [flags]",
  flags: REACH_FLAGS,
  chapters: [
    {
      title: "targets",
      lines: [
        "8000                          this machine, as its own clients reach it",
        "db.lan:5432                   a name, 127.0.0.1:8000 or [fe80::1%eth0]:8443 an address",
        "http://db.lan:8000/health     spoken to in its scheme: http, https, ws or wss",
        "53/udp                        UDP instead of TCP",
      ],
    },
    {
      title: "gently",
      lines: [
        "a port is connected to and listened to, no more, unless a web server is seen to own it",
        "redirects are told, not followed; nothing but the target and your resolvers is contacted",
      ],
    },
    {
      title: "exit codes",
      lines: ["0 reachable, warnings included; 1 not reachable; 2 bad usage; 3 it could not be determined"],
    },
  ],
  appendix: [
    {
      title: "the object of --json (with --follow: one a line, and the time)",
      lines: describeFields(),
    },
  ],
};

function describeFields(): readonly string[] {
  const width = Math.max(...REACH_JSON.map(([field]) => field.length));
  return REACH_JSON.map(([field, what]) => `${field.padEnd(width)}  ${what}`);
}
