import { expect } from "bun:test";
import { resolve } from "node:path";
import { AGENT_SHELLS } from "../../src/core/origin.ts";
import { WHO_JSON } from "../../src/report/who-json.ts";
import { untold } from "../report/fields-of.ts";
import { binary, driveBare, type DriveOptions, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { listensOn } from "../drive/processes.ts";

/** What `who --json` answers, as far as the tests look at it. */
export interface Told {
  readonly ok: boolean;
  readonly verdict: "held" | "free" | "unknown";
  readonly holders: readonly ToldHolder[];
  readonly notes: readonly string[];
}

export interface ToldHolder {
  readonly kind: string;
  readonly process?: {
    readonly pid: number;
    readonly name: string;
    readonly command: readonly string[];
    readonly cwd?: string;
  };
  readonly chain?: readonly { readonly pid: number; readonly name: string }[];
  readonly among?: readonly { readonly pid: number }[];
  readonly workers?: readonly { readonly pid: number }[];
  readonly startedBy?: { readonly kind: string; readonly process?: { readonly pid: number }; readonly name?: string };
  readonly sockets: readonly { readonly address: string; readonly port: number; readonly protocol: string }[];
  readonly connections: number;
  readonly grade: string;
  readonly because: string;
  readonly evidence: readonly { readonly what: string }[];
  readonly stop?: { readonly what: string; readonly commands: readonly (readonly string[])[] };
}

export function program(name: string): string {
  return resolve(import.meta.dir, "programs", name);
}

export function server(...places: readonly (string | number)[]): string[] {
  return ["node", program("server.mjs"), ...places.map(String)];
}

/** What these tests may have from an agent that runs them. */
const NO_AGENT = Object.fromEntries(AGENT_SHELLS.map((name) => [name, ""]));

/** A program in a session of its own, as what a desktop starts: its end takes no test with it. A terminal comes with one. */
export function stage(argv: readonly string[], options: Omit<DriveOptions, "args"> = {}): Run {
  const env = { ...NO_AGENT, ...options.env };
  return driveBare(options.terminal ? argv : ["setsid", ...argv], { ...options, env });
}

/** The same below a shell that gives its job a process group of its own, as an interactive one does, and outlives it. */
export function stageJob(argv: readonly string[], options: Omit<DriveOptions, "args"> = {}): Run {
  return stage(["bash", "-c", 'set -m; "$@" & wait; sleep 600', "bash", ...argv], options);
}

export async function ask(words: readonly (string | number)[], env: Record<string, string> = {}) {
  await using run = driveBare([binary(), "who", ...words.map(String)], { env });
  const exit = await run.ended();
  return { exit, stdout: run.stdout, stderr: run.stderr };
}

export async function who(...words: readonly (string | number)[]): Promise<Told> {
  const { stdout, stderr } = await ask([...words, "--json"]);
  expect(stderr).toBe("");
  expect(untold(stdout, WHO_JSON)).toEqual([]);
  return JSON.parse(stdout) as Told;
}

/** The one holder of a port. Throws where there is another number of them. */
export async function holderOf(port: number): Promise<ToldHolder> {
  const { holders } = await who(port);
  const [only] = holders;
  if (!only || holders.length > 1) throw new Error(`${holders.length} holders of ${port}: ${JSON.stringify(holders)}`);
  return only;
}

/** The process of a run that listens on a port, as soon as one does. */
export async function listenerOf(run: Run, port: number): Promise<number> {
  return until(`a listener on ${port}`, () => run.processes().find(({ pid }) => listensOn(pid, port))?.pid);
}

/** What a server is without a wrapper: `live` where whoever runs these tests was not left by its own starter. */
export async function gradeOfBare(): Promise<string> {
  const port = freePort();
  await using run = stage(server(port));
  await listenerOf(run, port);
  return (await holderOf(port)).grade;
}

/** SIGKILL, and until nothing is left of it: a killed process is its children's parent for a moment more. */
export async function kill(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until(`the end of ${pid}`, () => !isThere(pid));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
