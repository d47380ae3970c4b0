import { randomUUID } from "node:crypto";
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fetchBaseExecutable } from "../../scripts/base-executable.ts";
import { readTargets, type Target } from "../../scripts/targets.ts";
import { wineArgv } from "../../scripts/wine.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { type LiveProcess, processesMarked } from "../drive/processes.ts";
import { Started } from "../drive/started.ts";
import { until } from "../drive/until.ts";
import type { WineMachine } from "./wine-machine.ts";

const ROOT = dirname(dirname(import.meta.dir));
const OURS = /\b(portguard|program|os-probe|cmd)\.exe\b/;
const PROGRAMS = join(import.meta.dir, "programs");

interface Place {
  readonly machine: WineMachine;
  /** Set for all that is started. */
  readonly env: Readonly<Record<string, string>>;
}

/** A folder of Windows programs, which wine sees as `Z:\win`, and what runs of them. */
export class Wine implements Disposable {
  /** In the environment of everything that is started here. */
  readonly #marker = randomUUID();

  private constructor(
    readonly folder: string,
    /** Nothing: on the machine that all tests share. */
    private readonly place?: Place,
  ) {}

  /** Cross-builds portguard.exe as it is released, and the programs of the tests. */
  static async build(): Promise<Wine> {
    const wine = new Wine(mkdtempSync(join(tmpdir(), "portguard-windows-")));
    const target = (await readTargets(ROOT)).find(({ name }) => name === "windows-x64");
    if (!target) throw new Error("windows-x64 is not in the table of targets");
    await runBun(["scripts/build.ts", "--target", target.name]);
    copyFileSync(join(ROOT, "dist", target.name, "portguard.exe"), join(wine.folder, "portguard.exe"));
    await wine.#compile(target, "program.exe", "program.ts");
    await wine.#compile(target, "os-probe.exe", "os-probe.ts");
    wine.#writeScripts();
    return wine;
  }

  async #compile(target: Target, file: string, source: string): Promise<void> {
    const base = await fetchBaseExecutable(ROOT, target);
    const from = [`--target=${target.bunTarget}`, `--compile-executable-path=${base}`];
    await runBun(["build", "--compile", ...from, `--outfile=${join(this.folder, file)}`, join(PROGRAMS, source)]);
  }

  /** A script as npm makes them, one that puts the fake netsh before the real one, and one that shows an exit code. */
  #writeScripts(): void {
    mkdirSync(join(this.folder, "fake"));
    for (const name of ["netsh.exe", "powershell.exe", "schtasks.exe"]) {
      linkSync(join(this.folder, "program.exe"), join(this.folder, "fake", name));
    }
    const scripts = {
      "shim.cmd": ["@Z:\\win\\program.exe %*"],
      "excluded.cmd": [
        "@set PORTGUARD_EXCLUDED=%1",
        "@set PATH=Z:\\win\\fake;%PATH%",
        "@Z:\\win\\portguard.exe reserve %1",
      ],
      "schedule.cmd": ["@set PATH=Z:\\win\\fake;%PATH%", "@Z:\\win\\portguard.exe clean schedule %*"],
      "exit-code.cmd": ["@Z:\\win\\portguard.exe %*", "@echo code %errorlevel%"],
    };
    for (const [name, lines] of Object.entries(scripts)) writeFileSync(join(this.folder, name), lines.join("\r\n"));
  }

  /** The same programs on another machine. */
  on(machine: WineMachine, env: Place["env"]): Wine {
    return new Wine(this.folder, { machine, env });
  }

  start(...argv: readonly string[]): WineRun {
    return new WineRun(this.#command(argv), "pipe");
  }

  /** The same in a console of its own, on a terminal whose keys are `WineRun.type`. */
  startInConsole(...argv: readonly string[]): WineRun {
    return new WineRun(this.#command(argv), "terminal");
  }

  #command(argv: readonly string[]): string[] {
    const env = { ...this.place?.env, PORTGUARD_TEST_RUN: this.#marker };
    if (!this.place) return wineArgv(this.folder, argv, { env });
    const { prefix, root } = this.place.machine;
    return [...prefix, ...wineArgv(this.folder, argv, { env, root })];
  }

  /** Runs a program to its end and answers what it said. */
  async run(...argv: readonly string[]): Promise<{ stdout: string; stderr: string; end: number | NodeJS.Signals }> {
    const run = this.start(...argv);
    run.closeInput();
    const end = await run.ended();
    return { ...run.heard, end };
  }

  /** The lines of JSON that a program said, run to its end. */
  async ask(...argv: readonly string[]): Promise<unknown[]> {
    return parseLines((await this.run(...argv)).stdout);
  }

  /** What is left of all that was started here; wine's own services end by themselves. */
  left(): LiveProcess[] {
    return processesMarked(this.#marker).filter(({ command }) => OURS.test(command));
  }

  [Symbol.dispose](): void {
    for (const { pid } of this.left()) killIfThere(pid);
    if (!this.place) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One Windows program; its pid, and its end, are those of the process that wine makes of it. */
export class WineRun {
  readonly #process: Started;

  constructor(argv: readonly string[], stdio: "pipe" | "terminal") {
    this.#process = new Started(argv, { cwd: "/", env: process.env, stdio });
  }

  /** What came through the pipes, or what a console has shown, without the moves of its cursor. */
  get heard() {
    const { stdout, stderr, screen } = this.#process;
    return { stdout: stdout + Bun.stripANSI(screen), stderr };
  }

  /** Waits until it has said this on stdout or stderr. */
  async says(text: string): Promise<void> {
    const said = () => (this.heard.stdout + this.heard.stderr).includes(text);
    await this.#until(text, () => said() || this.#process.hasEnded);
    if (!said()) throw new Error(`\`${text}\` was awaited, but it said ${JSON.stringify(this.heard)}`);
  }

  ended(): Promise<number | NodeJS.Signals> {
    return this.#until("its end", () => this.#process.end);
  }

  /** A failure tells what it had said by then. */
  async #until<T>(what: string, probe: () => T | undefined | false): Promise<T> {
    try {
      return await until(what, probe);
    } catch (cause) {
      throw new Error(`${what} was awaited, but it said ${JSON.stringify(this.heard)}`, { cause });
    }
  }

  type(keys: string): void {
    this.#process.write(keys);
  }

  closeInput(): void {
    this.#process.closeInput();
  }

  kill(): void {
    if (!this.#process.hasEnded) killIfThere(this.#process.pid);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended this very moment
  }
}

/** Waits until nobody listens on it any more, in the eyes of the system below wine. */
export async function isFree(port: number): Promise<void> {
  await until(`port ${port} comes free`, () => bindsPlainly("0.0.0.0", port));
}

export function parseLines(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("{") || line.startsWith("["))
    .map((line): unknown => JSON.parse(line));
}

async function runBun(args: readonly string[]): Promise<void> {
  const build = Bun.spawn([process.execPath, ...args], { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  const told = await new Response(build.stderr).text();
  if ((await build.exited) !== 0) throw new Error(`\`bun ${args[0]}\` failed: ${told}`);
}
