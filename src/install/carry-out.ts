import { rmSync } from "node:fs";
import type { RunCommand } from "../core/run-command.ts";
import type { InstallStep } from "./install-step.ts";

/** `because` is a sentence of the system's or the tool's. */
export type CarriedOut =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly step: InstallStep; readonly because: string };

/** How steps are carried out. */
export interface InstallTools {
  readonly run: RunCommand;
  /** Writes a file whole or not at all, its folder with it where that is not there. */
  readonly write: (path: string, text: string) => void;
}

/** Carries out the steps in order, to the first that fails. */
export async function carryOutSteps(steps: readonly InstallStep[], tools: InstallTools): Promise<CarriedOut> {
  for (const step of steps) {
    const because = await carryOutOne(step, tools);
    if (because !== undefined) return { kind: "failed", step, because };
  }
  return { kind: "done" };
}

async function carryOutOne(step: InstallStep, { run, write }: InstallTools): Promise<string | undefined> {
  switch (step.do) {
    case "write":
      return attempt(() => write(step.path, step.text));
    case "remove":
      return attempt(() => rmSync(step.path, { force: true }));
    case "run": {
      const ran = await run(step);
      if (step.mayFail || (ran.kind === "ended" && ran.code === 0)) return undefined;
      return ran.kind === "not-run"
        ? ran.because
        : (firstLine(ran.stderr) ?? firstLine(ran.stdout) ?? `it ended with ${ran.code}`);
    }
  }
}

/** What the tool said first that says anything. */
function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "");
}

function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
