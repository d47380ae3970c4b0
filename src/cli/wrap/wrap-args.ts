import { resolve } from "node:path";
import { fail } from "../../core/error.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";
import { WRAP_FLAGS } from "./wrap-flags.ts";

/** A `wrap` command line, read. */
export interface WrapArgs {
  readonly file: string;
  readonly server: string;
  /** The folder whose server is meant, where the file has some for several; absolute. */
  readonly project?: string;
  readonly action:
    | {
        readonly kind: "wrap";
        /** As `reserve` takes them; none: as the entry says. */
        readonly ports: readonly string[];
        readonly ifHeld?: string;
      }
    | { readonly kind: "undo" };
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

/** Reads what follows `portguard wrap`. Throws a PortguardError whose exit is 2. */
export function parseWrapArgs({ words, command }: Invocation): WrapArgs {
  const named: string[] = [];
  const flags = parseArgs(words, { verb: "wrap", flags: WRAP_FLAGS }, (word) => {
    named.push(word);
    if (named.length > 2) fail("BAD_USAGE", `\`${word}\` is a second server`, "wrap one at a time");
  });
  if (command) {
    fail("BAD_USAGE", "wrap runs no command: the one of the file is wrapped", "leave `--` and what follows it out");
  }
  refuseBoth(flags, "json", "quiet");
  for (const name of ["port", "if-held"]) refuseBoth(flags, "undo", name, "don't go together");
  const [file, server] = named;
  const example = "as in `portguard wrap .mcp.json shim`";
  if (file === undefined) return fail("BAD_USAGE", "no file is given", `name it, and the server, ${example}`);
  if (server === undefined) return fail("BAD_USAGE", "no server is given", `name it behind the file, ${example}`);
  const ifHeld = textOf(flags, "if-held");
  const project = textOf(flags, "project");
  return {
    file,
    server,
    ...(project !== undefined && { project: resolve(project) }),
    action: flags.has("undo")
      ? { kind: "undo" }
      : { kind: "wrap", ports: textsOf(flags, "port"), ...(ifHeld !== undefined && { ifHeld }) },
    dryRun: flags.has("dry-run"),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
    color: colorOf(flags),
  };
}
