import { HANDLE, KEPT, type Step } from "../core/step.ts";
import { complaintOf, findHandles } from "./check.ts";
import type { RunCommand } from "./run-command.ts";

export type Carried =
  /** `kept`: what the step was to keep of its output. */
  { readonly kind: "done"; readonly kept?: string } | { readonly kind: "failed"; readonly because: string };

/** It needs what another step kept, and that is not known. */
export interface Lost {
  readonly kind: "lost";
}

/** Runs a step's command, once for each rule it is about; `kept` stands for `KEPT`. Asks no `unless` and no `when`. */
export async function carryOut(step: Step, run: RunCommand): Promise<Carried>;
export async function carryOut(step: Step, run: RunCommand, kept: string | undefined): Promise<Carried | Lost>;
export async function carryOut(step: Step, run: RunCommand, kept?: string): Promise<Carried | Lost> {
  if (step.argv.includes(KEPT) && kept === undefined) return { kind: "lost" };
  const argv = step.argv.map((word) => (word === KEPT ? kept! : word));
  if (!step.each) return runOne(step, argv, run);
  const handles = await findHandles(step.each, run);
  if (typeof handles === "string") return { kind: "failed", because: handles };
  for (const handle of handles) {
    const each = argv.map((word) => (word === HANDLE ? String(handle) : word));
    const done = await runOne(step, each, run);
    if (done.kind === "failed" && (await isStillThere(step, handle, run))) return done;
  }
  return { kind: "done" };
}

/** A rule that somebody else deleted meanwhile is no failure. */
async function isStillThere({ each }: Step, handle: number, run: RunCommand): Promise<boolean> {
  const handles = each ? await findHandles(each, run) : [];
  return typeof handles === "string" || handles.includes(handle);
}

async function runOne(step: Step, argv: readonly string[], run: RunCommand): Promise<Carried> {
  const ran = await run({ argv, ...(step.input !== undefined && { input: step.input }) });
  if (ran.kind === "not-run") return { kind: "failed", because: ran.because };
  if (ran.code !== 0) return { kind: "failed", because: complaintOf(argv, ran) };
  if (step.keeps === undefined) return { kind: "done" };
  // pfctl prints its token to stderr
  const kept = new RegExp(step.keeps).exec(`${ran.stdout}\n${ran.stderr}`)?.[1];
  return kept === undefined ? { kind: "done" } : { kind: "done", kept };
}
