import { fail } from "../../core/error.ts";
import { parseTarget } from "../../core/parse-target.ts";
import type { ReachRequest, Target } from "../../core/target.ts";
import { colorOf, refuseBoth } from "../words/flag-values.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";
import { showPlainCommand } from "../words/show-plain-command.ts";
import { readFamily, readTimeout } from "../reach/reach-args.ts";
import { WAIT_FLAGS } from "./wait-flags.ts";

/** A `wait` command line, read. */
export interface WaitArgs {
  /** One for each target; `timeoutMs` is for all of them together. */
  readonly requests: readonly ReachRequest[];
  readonly timeoutMs: number;
  readonly any: boolean;
  readonly free: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Reads what follows `portguard wait`. Throws a PortguardError whose exit is 2. */
export function parseWaitArgs({ words, command }: Invocation): WaitArgs {
  const targets: Target[] = [];
  const udp = words.includes("--udp");
  const flags = parseArgs(words, { verb: "wait", flags: WAIT_FLAGS }, (word) => {
    targets.push(parseTarget(word, { udp }));
  });
  if (command) {
    const line = `portguard wait ${targets.map(({ text }) => text).join(" ") || "8000"} && ${showPlainCommand(command)}`;
    fail("BAD_USAGE", "wait runs no command", `write \`${line}\``);
  }
  if (targets.length === 0) fail("BAD_USAGE", "no target is given", "say which one, as in `portguard wait 8000`");
  refuseBoth(flags, "json", "quiet");
  // Its value was read before the verb was known; here it is judged.
  colorOf(flags);
  const family = readFamily(flags);
  const timeoutMs = readTimeout(flags, "30s");
  return {
    requests: targets.map((target) => ({
      target,
      from: { kind: "here" as const },
      timeoutMs,
      ...(family !== undefined && { family }),
    })),
    timeoutMs,
    any: flags.has("any"),
    free: flags.has("free"),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
  };
}
