import type { Exit } from "../core/os.ts";
import type { HelpPage } from "./words/help.ts";
import type { Invocation } from "./words/parse-args.ts";
import type { Services } from "./services.ts";

export interface Verb {
  readonly summary: string;
  /** Its flags and what stands beside them, for completion; `words` are those behind it. */
  readonly help: (words?: readonly string[]) => Promise<HelpPage>;
  /** Its words are what follows the verb; throws PortguardError. */
  readonly run: (invocation: Invocation, services: Services) => Promise<Exit>;
}

/** The verbs; the code of each is loaded when it runs, so that none pays for another's start. */
export const VERBS: Readonly<Record<string, Verb>> = {
  reserve: {
    summary: "take a port, hand it to a command without a gap, and guard it",
    help: async () => (await import("./reserve/reserve-help.ts")).RESERVE_HELP,
    run: async (invocation, services) => (await import("./reserve/reserve.ts")).runReserve(invocation, services),
  },
  restart: {
    summary: "a new generation of a running reservation",
    help: async () => (await import("./restart/restart-help.ts")).RESTART_HELP,
    run: async (invocation, services) => (await import("./restart/restart.ts")).runRestart(invocation, services),
  },
  reach: {
    summary: "why it can't be reached, with evidence and the mend",
    help: async () => (await import("./reach/reach-help.ts")).REACH_HELP,
    run: async (invocation, services) => (await import("./reach/reach.ts")).runReach(invocation, services),
  },
  rule: {
    summary: "the firewall rule that opens or closes a port, applied and taken back",
    help: async () => (await import("./rule/rule-help.ts")).RULE_HELP,
    run: async (invocation, services) => (await import("./rule/rule.ts")).runRule(invocation, services),
  },
  who: {
    summary: "who holds a port, where it comes from, and whether it is an orphan",
    help: async () => (await import("./who/who-help.ts")).WHO_HELP,
    run: async (invocation, services) => (await import("./who/who.ts")).runWho(invocation, services),
  },
  wait: {
    summary: "wait until it answers, or is free",
    help: async () => (await import("./wait/wait-help.ts")).WAIT_HELP,
    run: async (invocation, services) => (await import("./wait/wait.ts")).runWait(invocation, services),
  },
  pick: {
    summary: "a free port, held until the caller has it",
    help: async () => (await import("./pick/pick-help.ts")).PICK_HELP,
    run: async (invocation, services) => (await import("./pick/pick.ts")).runPick(invocation, services),
  },
  wrap: {
    summary: "put portguard in front of a server in an MCP client's configuration",
    help: async () => (await import("./wrap/wrap-help.ts")).WRAP_HELP,
    run: async (invocation, services) => (await import("./wrap/wrap.ts")).runWrap(invocation, services),
  },
  list: {
    summary: "every listener and every reservation on this machine",
    help: async () => (await import("./list/list-help.ts")).LIST_HELP,
    run: async (invocation, services) => (await import("./list/list.ts")).runList(invocation, services),
  },
  free: {
    summary: "stop the holder, gently, and prove that the port is free",
    help: async () => (await import("./free/free-help.ts")).FREE_HELP,
    run: async (invocation, services) => (await import("./free/free.ts")).runFree(invocation, services),
  },
  clean: {
    summary: "find orphaned listeners, and stop them",
    help: async (words) => (await import("./clean/clean-help.ts")).helpOfClean(words),
    run: async (invocation, services) => (await import("./clean/clean.ts")).runClean(invocation, services),
  },
  completions: {
    summary: "the script by which a shell completes portguard's words",
    help: async () => (await import("./completions/completions-help.ts")).COMPLETIONS_HELP,
    run: async (invocation, services) =>
      (await import("./completions/completions.ts")).runCompletions(invocation, services),
  },
};
