import type { Exit, Os } from "./core/os.ts";

/** The clock of `performance.now()` starts with the process. */
const STARTED_AT = 0;

let os: Promise<Os> | undefined;

/** The Os is built once, and only for what needs it: help and mistakes are told without it. */
function openOs(): Promise<Os> {
  os ??= import("./os/index.ts").then(({ loadOs }) => loadOs());
  return os;
}

/**
 * The processes that portguard starts of itself, before anything else is loaded: they pay for every import, too.
 * Answers nothing when a user started us.
 */
async function runOwnProcess(argv: readonly string[]): Promise<number | undefined> {
  if (!argv[0]?.startsWith("__")) return undefined;
  if (argv[0] === "__revert")
    return (await import("./cli/rule/rule-keeper.ts")).keepRule(argv.slice(1), await openOs());
  if (argv[0] === "__keep") return (await import("./cli/pick/keeper-main.ts")).runKeeper(await openOs());
  if (argv[0] === "__complete")
    return (await import("./cli/completions/complete-main.ts")).runComplete(argv.slice(1), openOs);
  const { runHidden } = await import("./os/hidden.ts");
  return runHidden(argv, tellLeftRunning);
}

async function tellLeftRunning(left: readonly string[]): Promise<void> {
  const [{ renderLeftRunning }, { styleOfStderr, writeLines }] = await Promise.all([
    import("./report/reserve-text.ts"),
    import("./report/write.ts"),
  ]);
  writeLines(renderLeftRunning(left), styleOfStderr("auto"));
}

async function run(argv: readonly string[]): Promise<Exit> {
  const hidden = await runOwnProcess(argv);
  if (hidden !== undefined) return { kind: "code", code: hidden };
  const { dispatch } = await import("./cli/dispatch.ts");
  return dispatch(argv, openOs, STARTED_AT);
}

const exit = await run(process.argv.slice(2));
process.exit(exit.kind === "code" ? exit.code : (await openOs()).raise(exit.signal));
