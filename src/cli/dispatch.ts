import { fail } from "../core/error.ts";
import type { Exit, Os } from "../core/os.ts";
import { renderError, renderErrorJson, toPortguardError } from "../report/error-text.ts";
import type { ColorMode, Style } from "../report/style.ts";
import { styleOfStderr, writeAnswer, writeLines } from "../report/write.ts";
import { findNearest } from "./words/nearest.ts";
import { type Invocation, splitAtDashes } from "./words/parse-args.ts";
import { showPlainCommand } from "./words/show-plain-command.ts";
import { VERBS } from "./verbs.ts";

const DONE: Exit = { kind: "code", code: 0 };

/** Runs what the user typed behind `portguard`, tells a failure, and answers how to exit. It never throws. */
export async function dispatch(argv: readonly string[], os: () => Promise<Os>, startedAt: number): Promise<Exit> {
  const invocation = splitAtDashes(argv);
  const style = once(() => styleOfStderr(findColor(invocation.words)));
  using watch = watchForCrash();
  try {
    return await Promise.race([runVerb(invocation, os, startedAt, style), watch.crashed]);
  } catch (error) {
    return tellFailure(error, invocation.words, style());
  }
}

async function runVerb(
  { words, command }: Invocation,
  os: () => Promise<Os>,
  startedAt: number,
  style: () => Style,
): Promise<Exit> {
  const [name, ...rest] = words;
  if (name === undefined) return refuseNothing(command);
  if (name === "-h" || name === "--help") return showHelp();
  if (name === "--version" || name === "-V") return showVersion();
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  return verb ? verb.run({ words: rest, command }, { os, startedAt, style }) : refuseVerb(name);
}

function refuseNothing(command: Invocation["command"]): never {
  const line = `portguard reserve 8000 -- ${showPlainCommand(command ?? [])}`;
  return fail("BAD_USAGE", "nothing is asked for", `\`${line}\`, or \`portguard -h\` for more`);
}

function refuseVerb(name: string): never {
  if (name.startsWith("-")) {
    const near = findNearest(name, ["--help", "--version"]);
    const hint =
      near === undefined ? "flags stand behind the verb, as in `portguard reserve --help`" : `did you mean ${near}?`;
    fail("UNKNOWN_FLAG", `there is no flag \`${name}\``, hint);
  }
  // It may have a password in it, which is not for a line of ours.
  if (name.includes("://")) fail("UNKNOWN_VERB", "a URL is not a verb", "did you mean `portguard reach URL`?");
  // 8000, localhost:8000, web=8000, but not `reach2`.
  if (/^[^a-z].*\d$|[:=].*\d$/i.test(name))
    fail("UNKNOWN_VERB", `\`${name}\` is not a verb`, `did you mean \`portguard reserve ${name}\`?`);
  const near = findNearest(name, Object.keys(VERBS));
  const hint = near === undefined ? "`portguard -h` lists the verbs" : `did you mean \`portguard ${near}\`?`;
  return fail("UNKNOWN_VERB", `\`${name}\` is not a verb`, hint);
}

/**
 * `crashed` rejects for what is thrown where nobody waits for it (a callback, a promise left alone), so that it ends like
 * any failure. Disposing hands such errors back to the runtime, which would otherwise count them as dealt with.
 */
function watchForCrash(): { readonly crashed: Promise<never> } & Disposable {
  const { promise: crashed, reject } = Promise.withResolvers<never>();
  const events = ["uncaughtException", "unhandledRejection"] as const;
  for (const event of events) process.on(event, reject);
  return {
    crashed,
    [Symbol.dispose]: () => {
      for (const event of events) process.off(event, reject);
    },
  };
}

async function showHelp(): Promise<Exit> {
  const { renderRootHelp } = await import("./words/help.ts");
  writeAnswer(renderRootHelp(VERBS));
  return DONE;
}

async function showVersion(): Promise<Exit> {
  const { describeVersion } = await import("./version.ts");
  writeAnswer(describeVersion());
  return DONE;
}

function tellFailure(thrown: unknown, words: readonly string[], style: Style): Exit {
  const error = toPortguardError(thrown);
  const debug = process.env["PORTGUARD_DEBUG"] === "1";
  if (words.includes("--json")) writeAnswer(renderErrorJson(error));
  else writeLines(renderError(error, Date.now(), debug), style);
  return { kind: "code", code: error.exit };
}

/** Read before everything else, as even a bad command line is told in the colours it asks for. */
function findColor(words: readonly string[]): ColorMode {
  const at = words.findIndex((word) => word === "--color" || word.startsWith("--color="));
  const text = words[at]?.split("=")[1] ?? words[at + 1];
  return at >= 0 && (text === "always" || text === "never") ? text : "auto";
}

function once<T>(build: () => T): () => T {
  let built: { readonly value: T } | undefined;
  return () => (built ??= { value: build() }).value;
}
