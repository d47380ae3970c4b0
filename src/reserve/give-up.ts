import type { Exit } from "../core/os.ts";
import { showCommand } from "../core/show-command.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { Generation } from "./generation.ts";

/** What is told of a command that is not started any more, once all that the last one wrote has been heard. */
export async function describeGivenUp(
  last: Generation,
  exit: Exit,
  starts: number,
  command: readonly string[],
): Promise<ReserveEvent> {
  await last.clearAway();
  const { number: generation, lastLines } = last;
  const lines = lastLines.length === 0 ? {} : { lastLines };
  const hint = `run \`${showCommand(command)}\` by itself to see why`;
  return { kind: "gave-up", generation, exit, starts, ...lines, hint };
}
