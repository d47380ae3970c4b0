/**
 * Runs every suite, or the ones that are named: `npm test -- test/cli`. Ends with `N passed, N failed, N skipped`, alone
 * on the last line. In CI a skipped test is a failure: nothing may be missing there.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Tally, closingLine, readTally } from "./tally.ts";

const ROOT = dirname(import.meta.dirname);

/** Generous: a machine under load must not fail a test that would pass. A test that takes longer sets its own. */
const TIMEOUT_MS = 60_000;

/** Runs `bun test` with these arguments, prints the closing line, and answers whether all is well. */
export async function runTests(args: readonly string[]): Promise<boolean> {
  const work = await mkdtemp(join(tmpdir(), "portguard-test-"));
  try {
    const junit = join(work, "junit.xml");
    const exitCode = await runBunTest(junit, args);
    return report(readTally(await readOrEmpty(junit)), exitCode);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function runBunTest(junit: string, args: readonly string[]): Promise<number> {
  const reporter = ["--reporter=junit", `--reporter-outfile=${junit}`];
  const command = [process.execPath, "test", `--timeout=${TIMEOUT_MS}`, ...reporter, ...args];
  return Bun.spawn(command, { cwd: ROOT, stdio: ["inherit", "inherit", "inherit"] }).exited;
}

function report(tally: Tally, exitCode: number): boolean {
  // A file that can't even be loaded has no test case in the report: Bun's exit code is what tells.
  const failed = exitCode === 0 ? tally.failed : Math.max(tally.failed, 1);
  const anyRan = tally.passed + failed + tally.skipped > 0;
  const skipsAllowed = !process.env["CI"] || tally.skipped === 0;
  if (!anyRan) console.error("portguard: no test ran");
  if (!skipsAllowed) console.error("portguard: tests were skipped, which is a failure in CI");
  console.log(closingLine({ ...tally, failed }));
  return failed === 0 && anyRan && skipsAllowed;
}

/** Bun writes no report where no test file was found. */
async function readOrEmpty(path: string): Promise<string> {
  return (await Bun.file(path).exists()) ? readFile(path, "utf8") : "";
}

if (import.meta.main) process.exitCode = (await runTests(process.argv.slice(2))) ? 0 : 1;
