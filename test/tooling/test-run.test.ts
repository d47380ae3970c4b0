import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ALONE } from "../../scripts/test.ts";

const ROOT = join(import.meta.dir, "..", "..");
const NEED = join(ROOT, "test", "need.ts");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portguard-run-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly lastLine: string | undefined;
  readonly output: string;
}

/** Runs the project's own runner on one suite, as `npm test` does. */
async function run(source: string, env: { CI?: string } = {}): Promise<Ended> {
  const suite = join(folder, "suite.test.ts");
  await writeFile(
    suite,
    `import { expect, test } from "bun:test";\nimport { need } from ${JSON.stringify(NEED)};\n${source}\n`,
  );
  return runIn(ROOT, [suite], env);
}

async function runIn(root: string, args: readonly string[], env: { CI?: string } = {}): Promise<Ended> {
  const { CI: _ours, ...outside } = process.env;
  const runner = Bun.spawn([process.execPath, join(root, "scripts", "test.ts"), ...args], {
    env: { ...outside, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([runner.stdout.text(), runner.stderr.text()]);
  return { exitCode: await runner.exited, lastLine: stdout.trimEnd().split("\n").at(-1), output: stdout + stderr };
}

test("a run that passes ends with its tally, alone on the last line", async () => {
  const { exitCode, lastLine } = await run('test("a", () => {}); test("b", () => {});');
  expect({ exitCode, lastLine }).toEqual({ exitCode: 0, lastLine: "2 passed, 0 failed, 0 skipped" });
});

test("a failed test fails the run", async () => {
  const { exitCode, lastLine } = await run('test("a", () => {}); test("b", () => expect(1).toBe(2));');
  expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: "1 passed, 1 failed, 0 skipped" });
});

test("a suite that can't be loaded fails the run, though it has no test case to report", async () => {
  const { exitCode, lastLine } = await run('throw new Error("broken");');
  expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: "0 passed, 1 failed, 0 skipped" });
});

const LACKS_A_TOOL = 'if (need("no-such-tool", "sh")) test("uses it", () => {}); test("a", () => {});';

test("a missing tool is a skipped test that names it", async () => {
  const { exitCode, lastLine, output } = await run(LACKS_A_TOOL);
  expect({ exitCode, lastLine }).toEqual({ exitCode: 0, lastLine: "1 passed, 0 failed, 1 skipped" });
  expect(output).toContain("needs `no-such-tool`, which this machine does not have");
});

test("in CI a missing tool fails the run, and so does any other skip", async () => {
  const lacking = await run(LACKS_A_TOOL, { CI: "1" });
  expect(lacking.exitCode).toBe(1);
  expect(lacking.output).toContain("`no-such-tool` is missing");
  const skipping = await run('test("a", () => {}); test.skip("b", () => {});', { CI: "1" });
  expect(skipping.exitCode).toBe(1);
  expect(skipping.lastLine).toBe("1 passed, 0 failed, 1 skipped");
});

/** A project of these suites, and the runner in it. */
async function runAll(suites: Readonly<Record<string, string>>): Promise<Ended> {
  for (const script of ["test.ts", "tally.ts"])
    await cp(join(ROOT, "scripts", script), join(folder, "scripts", script), { recursive: true });
  for (const [path, source] of Object.entries(suites)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `import { expect, test } from "bun:test";\n${source}\n`);
  }
  return runIn(folder, []);
}

/** Passes once the other one has started, too. */
const meets = (own: string, other: string) => `
  import { existsSync, writeFileSync } from "node:fs";
  test("meets", async () => {
    writeFileSync(import.meta.dir + "/${own}", "");
    while (!existsSync(import.meta.dir + "/${other}")) await Bun.sleep(5);
  });`;
const ALL_PASS = Object.fromEntries(ALONE.map((suite) => [suite, 'test("a", () => {});']));

test("all suites run two at a time, and their tally is one", async () => {
  const { exitCode, lastLine } = await runAll({
    "test/a.test.ts": meets("a", "b"),
    "test/b.test.ts": meets("b", "a"),
    "test/c.test.ts": 'test.skip("c", () => {});',
    ...ALL_PASS,
  });
  expect({ exitCode, lastLine }).toEqual({ exitCode: 0, lastLine: `${2 + ALONE.length} passed, 0 failed, 1 skipped` });
});

test("some run alone, behind the others, and fail the run as the others do", async () => {
  const waits = `import { existsSync, writeFileSync } from "node:fs";
    const over = import.meta.dir + "/over";
    test("a", async () => (await Bun.sleep(300), writeFileSync(over, "")));`;
  const [first = ""] = ALONE;
  const sees = `import { existsSync } from "node:fs"; test("sees", () => expect(existsSync("test/over")).toBe(true));`;
  const { exitCode, lastLine } = await runAll({
    "test/a.test.ts": waits,
    ...ALL_PASS,
    [first]: `${sees} test("fails", () => expect(1).toBe(2));`,
  });
  expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: `${1 + ALONE.length} passed, 1 failed, 0 skipped` });
});

test("a suite that fails beside the others fails the run", async () => {
  const { exitCode, lastLine } = await runAll({ "test/a.test.ts": 'throw new Error("broken");', ...ALL_PASS });
  expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: `${ALONE.length} passed, 1 failed, 0 skipped` });
});

test("why a test failed stands at the end, too, where names alone stood", async () => {
  const { output, lastLine } = await runAll({
    "test/a.test.ts": 'test("a <name>", () => { throw new Error("there & gone"); });',
    ...ALL_PASS,
  });
  expect(lastLine).toBe(`${ALONE.length} passed, 1 failed, 0 skipped`);
  expect(output).toMatch(/\nportguard: test\/a\.test\.ts: a <name>\n {2}Error: there & gone\n/);
});

test("each suite that runs alone is there", () => {
  for (const suite of ALONE) expect([suite, existsSync(join(ROOT, suite))]).toEqual([suite, true]);
});
