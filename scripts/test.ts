/**
 * Runs every suite, or the ones that are named: `npm test -- test/cli`. Ends with `N passed, N failed, N skipped`, alone
 * on the last line. In CI a skipped test is a failure: nothing may be missing there. All suites run two at a time, named ones
 * one after the other.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Failure, type Tally, addTallies, closingLine, readFailures, readTally } from "./tally.ts";

const ROOT = dirname(import.meta.dirname);

/** Generous: a machine under load must not fail a test that would pass. A test that takes longer sets its own. */
const TIMEOUT_MS = 60_000;

/** So many suites at a time: most of their time they wait, and every machine has the cores for two. */
const WORKERS = 2;

/** Suites that run by themselves, at the end. */
export const ALONE = [
  // It has wine's registry, which test/windows changes, too.
  "test/firewall/windows/registry.test.ts",
  // They start or ask so much at once that those beside them would miss their deadlines.
  "test/generations/load.test.ts",
  "test/reserve/collide.test.ts",
  "test/reserve/thieves.test.ts",
];

/** How long each suite took once, so that the long ones start first; `--update-timings` writes it anew. */
const TIMINGS = "test/timings.json";

interface Ended {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

/** Runs `bun test` with these arguments, prints the closing line, and answers whether all is well. */
export async function runTests(args: readonly string[]): Promise<boolean> {
  const work = await mkdtemp(join(tmpdir(), "portguard-test-"));
  try {
    const ended: Ended[] = [];
    for (const run of planRuns(args)) ended.push(await runBunTest(join(work, `${ended.length}.xml`), run));
    for (const failure of ended.flatMap(({ failures }) => failures)) tell(failure);
    return report(addTallies(ended.map(({ tally }) => tally)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What follows `bun test`, for each run of it: suites that are named run one after the other, all of them side by side. */
function planRuns(args: readonly string[]): readonly (readonly string[])[] {
  if (args.some((arg) => !arg.startsWith("-"))) return [args];
  const beside = [`--parallel=${WORKERS}`, "--no-isolate", `--timings=${TIMINGS}`];
  return [
    [...beside, ...ALONE.map((suite) => `--path-ignore-patterns=${suite}`), ...args],
    [`--timings=${TIMINGS}`, ...args, ...ALONE],
  ];
}

async function runBunTest(junit: string, args: readonly string[]): Promise<Ended> {
  const reporter = ["--reporter=junit", `--reporter-outfile=${junit}`];
  const command = [process.execPath, "test", `--timeout=${TIMEOUT_MS}`, ...reporter, ...args];
  const exitCode = await Bun.spawn(command, { cwd: ROOT, stdio: ["inherit", "inherit", "inherit"] }).exited;
  const written = await readOrEmpty(junit);
  const tally = readTally(written);
  const failures = readFailures(written);
  // A file that can't even be loaded has no test case in the report: Bun's exit code is what tells.
  return { tally: exitCode === 0 ? tally : { ...tally, failed: Math.max(tally.failed, 1) }, failures };
}

/** Once more at the end: of suites that run side by side only the names of what failed stand there. */
function tell({ file, name, what }: Failure): void {
  console.error(`portguard: ${file}: ${name}\n${what.replace(/^/gm, "  ")}`);
}

function report(tally: Tally): boolean {
  const anyRan = tally.passed + tally.failed + tally.skipped > 0;
  const skipsAllowed = !process.env["CI"] || tally.skipped === 0;
  if (!anyRan) console.error("portguard: no test ran");
  if (!skipsAllowed) console.error("portguard: tests were skipped, which is a failure in CI");
  console.log(closingLine(tally));
  return tally.failed === 0 && anyRan && skipsAllowed;
}

/** Bun writes no report where no test file was found. */
async function readOrEmpty(path: string): Promise<string> {
  return (await Bun.file(path).exists()) ? readFile(path, "utf8") : "";
}

if (import.meta.main) process.exitCode = (await runTests(process.argv.slice(2))) ? 0 : 1;
