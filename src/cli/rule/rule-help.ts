import type { HelpPage } from "../words/help.ts";
import { RULE_FLAGS } from "./rule-flags.ts";

export const RULE_HELP: HelpPage = {
  verb: "rule",
  line: "the firewall rule that opens or closes a port, applied and taken back",
  examples: ["rule 8000", "rule 8000 --from 192.168.1.0/24 --for 30m --apply", "rule --revert"],
  usage: "rule PORT [flags] | rule --revert [ID|PORT] | rule --list",
  flags: RULE_FLAGS,
  chapters: [
    {
      title: "ports",
      lines: ["8000           TCP", "53/udp         UDP", "8000-8010      all of them, both ends included"],
    },
    {
      title: "what is written",
      lines: [
        "the narrowest rule that does it, for whoever has the rules of this machine, placed where it works;",
        "it is judged in its place before it is offered: one that would not help is not",
        "without --apply nothing is changed: the commands are printed, each as one would type it",
      ],
    },
    {
      title: "what is done",
      lines: [
        "--apply writes down each step before it is done, so that --revert takes back exactly these,",
        "whatever happened in between; nobody else's rule is ever changed, moved or deleted",
        "then the rules are asked again, and a real connection is made where it can show something:",
        "one from this machine to itself mostly passes other rules, and then that is said",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 it helps, was applied or taken back, or nothing blocks; 1 it would not help, or is not there;",
        "2 bad usage; 3 it could not be determined, mostly for want of `sudo`",
      ],
    },
  ],
  appendix: [
    {
      title: "the object of --json",
      lines: [
        "ok; state: offered, applied, nothing-to-do, not-offered; backend, owner, rule (the request)",
        "apply, verify, persist, revert: steps of what, argv, risk and input; notes, because, instead",
        "applied: changed; probe: kind (passed, failed, proves-nothing, not-made) and what",
        "--list: rules; --revert: reverted, left",
      ],
    },
  ],
};
