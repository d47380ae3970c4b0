import { describeFields } from "../../report/json-fields.ts";
import { SWEPT_JSON } from "../../report/clean-text.ts";
import { KILLS_JSON } from "../../report/kill-log-text.ts";
import { PLAN_JSON } from "../../report/plan-text.ts";
import { SCHEDULE_JSON } from "../../report/schedule-text.ts";
import { CLEAN_FLAGS, SCHEDULE_FLAGS } from "./clean-flags.ts";
import type { HelpPage } from "../words/help.ts";

export const CLEAN_HELP: HelpPage = {
  verb: "clean",
  line: "find orphaned listeners, and stop them",
  examples: ["clean", "clean --stop --under ~/shop", "clean schedule --every 5m"],
  usage: "clean [flags] | clean schedule [flags]",
  flags: CLEAN_FLAGS,
  chapters: [
    {
      title: "what an orphan is",
      lines: [
        "certain   its starter is gone, provably; nobody looks after it; what it was made for is dead",
        "          (its pipes have no other end, its folder is deleted); nothing says that it is to stay;",
        "          nobody uses it",
        "likely    the same, but something of it is not seen: only --all stops it, having asked",
        "neither   what is made to outlive its starter (a daemon, nohup, a service, tmux),",
        "          and whatever has PORTGUARD_KEEP in its environment",
      ],
    },
    {
      title: "what is done",
      lines: [
        "SIGTERM, the grace, SIGKILL, to the very process that was looked at, and to no other;",
        "each is written down for you alone: whom, why, and the command that starts it again (--log)",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 no orphan is left; 1 some are; 2 bad usage;",
        "3 none is seen, and somebody could not be seen or judged (--scheduled: 0)",
      ],
    },
  ],
  appendix: [
    { title: "the object of --json", lines: describeFields(SWEPT_JSON) },
    { title: "that of --dry-run --json", lines: describeFields(PLAN_JSON) },
    { title: "that of --log --json", lines: describeFields(KILLS_JSON) },
  ],
};

export const SCHEDULE_HELP: HelpPage = {
  verb: "clean schedule",
  line: "have orphaned listeners stopped by the clock",
  examples: ["clean schedule", "clean schedule --every 15m --under ~/shop", "clean schedule --remove"],
  usage: "clean schedule [flags]",
  flags: SCHEDULE_FLAGS,
  chapters: [
    {
      title: "what it does",
      lines: [
        "a timer of your own (no administrator's rights) runs `clean --stop --scheduled`: it stops",
        "what is an orphan for certain, was one 10 minutes ago, and has computed nothing between two runs",
        "a second `clean schedule` takes the place of the first, or changes nothing where it is the same;",
        "--remove takes back all that was written",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 in place, or taken back; 1 it, or the program that it starts, is not there (--status), or it",
        "could not be done; 2 bad usage;",
        "3 whether it runs is not known",
      ],
    },
  ],
  appendix: [{ title: "the object of --json", lines: describeFields(SCHEDULE_JSON) }],
};

/** The page for these words behind `clean`. */
export function helpOfClean([first]: readonly string[] = []): HelpPage {
  return first === "schedule" ? SCHEDULE_HELP : CLEAN_HELP;
}
