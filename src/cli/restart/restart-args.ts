import { fail } from "../../core/error.ts";
import { requireReservationName } from "../../core/reservation.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth } from "../words/flag-values.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";
import { RESTART_FLAGS } from "./restart-flags.ts";

/** A `restart` command line, read. */
export interface RestartArgs {
  readonly name: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

/** Reads what follows `portguard restart`. Throws a PortguardError whose exit is 2. */
export function parseRestartArgs({ words, command }: Invocation): RestartArgs {
  const names: string[] = [];
  const flags = parseArgs(words, { verb: "restart", flags: RESTART_FLAGS }, (word) => {
    names.push(requireReservationName(word));
  });
  if (command)
    fail("BAD_USAGE", "restart takes no command: it is the running one's", "leave out what stands behind `--`");
  const [name, ...more] = names;
  if (name === undefined) fail("BAD_USAGE", "no name is given", "`portguard list` shows the names");
  if (more.length > 0) fail("BAD_USAGE", "restart takes one name", `restart ${more[0]} by a call of its own`);
  refuseBoth(flags, "json", "quiet");
  return { name, json: flags.has("json"), quiet: flags.has("quiet"), color: colorOf(flags) };
}
