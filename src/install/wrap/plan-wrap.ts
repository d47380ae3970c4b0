import { fail } from "../../core/error.ts";
import { BOM, type Config, type Server, findServer, parseConfig, wordsOf } from "./config.ts";
import { editCommand } from "./edit-command.ts";

/** What becomes of a configuration's text; nothing is written yet. */
export type WrapPlan = { readonly kind: "unchanged" } | { readonly kind: "changed"; readonly text: string };

const VERB = "reserve";

/** How a server that portguard stands in front of is started. */
export interface Wrapping {
  /** How many words stand before the server's own, `--` included. */
  readonly length: number;
  /** What `reserve` is told. */
  readonly words: readonly string[];
  readonly inner: readonly string[];
}

/** Whether portguard is what this server's command starts; nothing where it is not. */
export function wrappingOf(server: Server): Wrapping | undefined {
  const words = wordsOf(server);
  const dashes = words.indexOf("--");
  const isOurs = /(?:^|[\\/])portguard(?:\.exe)?$/i.test(words[0]!) && words[1] === VERB;
  return isOurs && dashes > 1 && dashes + 1 < words.length
    ? { length: dashes + 1, words: words.slice(2, dashes), inner: words.slice(dashes + 1) }
    : undefined;
}

/** Puts `portguard reserve … --` before the server's command, in the place of an earlier one. `reserve`: the words between. */
export function planWrap(
  source: string,
  config: Config,
  server: Server,
  program: readonly string[],
  reserve: readonly string[],
): WrapPlan {
  const front = [...program, VERB, ...reserve, "--"];
  return replaceFront(source, config, server, wrappingOf(server)?.length ?? 0, front);
}

/** Takes portguard away from before the server's command. */
export function planUnwrap(source: string, config: Config, server: Server): WrapPlan {
  const wrapping = wrappingOf(server);
  return wrapping ? replaceFront(source, config, server, wrapping.length, []) : { kind: "unchanged" };
}

function replaceFront(
  source: string,
  config: Config,
  server: Server,
  dropped: number,
  front: readonly string[],
): WrapPlan {
  const words = wordsOf(server);
  const wanted = [...front, ...words.slice(dropped)];
  if (sameWords(words, wanted)) return { kind: "unchanged" };
  const text = (source.startsWith(BOM) ? BOM : "") + editCommand(config, server, dropped, front);
  // The text is edited by places: what comes out is read again before anyone else does.
  const edited = findServer(parseConfig(text, config.name), server.name, server.project);
  if (!edited || !sameWords(wordsOf(edited), wanted)) {
    fail("INTERNAL", `${config.name} could not be edited safely`, "nothing was changed; please report it");
  }
  return { kind: "changed", text };
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at]);
}
