import { describeFields } from "../../report/json-fields.ts";
import { REACH_JSON } from "../../report/reach-json.ts";
import type { HelpPage } from "../words/help.ts";
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
      title: "rules of another machine",
      lines: [
        "reach 8000 --rules iptables.txt --rules nft.json --from 192.168.1.50 --to 192.168.1.20",
        "asks the rules alone: iptables-save, ip6tables-save, ipset save, `nft -j list ruleset` (and",
        "`nft --debug=netlink list ruleset`, for what that hides); pf's rules; the firewall's keys of a",
        "Windows registry (reg export, reg query); each is known by its content, - is stdin",
        "what is not said (--to, --in, which client) is asked for each case that they tell apart",
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
      lines: [
        "0 reachable, warnings included; 1 not reachable; 2 bad usage; 3 it could not be determined",
        "with --rules: 0 they let it through; 1 they drop or reject it; 3 they don't tell",
      ],
    },
  ],
  appendix: [
    {
      title: "the object of --json (--follow: one a line, and the time; --rules: ok, target, from, firewall)",
      lines: describeFields(REACH_JSON),
    },
  ],
};
