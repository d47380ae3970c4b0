import { fail } from "../core/error.ts";
import type { CommandFound, LaunchOutcome, Nursery, Os, Tree } from "../core/os.ts";
import type { OutputTap } from "../core/output-tap.ts";
import type { HandoffWay, ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import type { HeldRequest } from "./acquire.ts";
import { OVERRULE_HINT, overrules, type WayChoice } from "./handoff/choose.ts";
import { prepareHandoff } from "./handoff/prepare.ts";
import type { WatchedPort } from "./verify.ts";

export interface LaunchRequest {
  readonly request: ReserveRequest;
  readonly choice: WayChoice;
  readonly held: readonly HeldRequest[];
  readonly ports: readonly WatchedPort[];
  readonly emit: (event: ReserveEvent) => void;
  /** What of the next generation's output passes through us. */
  readonly nextTap: () => OutputTap | undefined;
}

/** Looks the command up before anything is held for it. Throws COMMAND_NOT_FOUND, COMMAND_NOT_RUNNABLE. */
export function requireCommand(name: string, os: Os): Extract<CommandFound, { kind: "found" }> {
  const found = os.findCommand(name);
  switch (found.kind) {
    case "found":
      return found;
    case "not-found":
      return fail("COMMAND_NOT_FOUND", `command \`${name}\` is not found`, "check its spelling and PATH");
    case "not-runnable":
      return fail(
        "COMMAND_NOT_RUNNABLE",
        `command \`${name}\` can't be run: ${found.because}`,
        "name the program that runs it, as in `python3 FILE`",
      );
  }
}

/** The first generation of a command, and what starts the others. */
export interface LaunchedCommand {
  readonly way: HandoffWay;
  readonly tree: Tree;
  /** Starts it once more, in the same way. Throws what `launchCommand` throws. */
  readonly again: (generation: number) => Promise<Tree>;
}

/**
 * Starts the command, trying the ways of handing over in order; each refusal is told. Throws COMMAND_NOT_FOUND,
 * COMMAND_NOT_RUNNABLE, HANDOFF_REFUSED.
 */
export async function launchCommand(nursery: Nursery, launch: LaunchRequest): Promise<LaunchedCommand> {
  const { request, choice, held, ports, emit } = launch;
  for (const { way, because } of choice.refused) emit({ kind: "way-refused", way, because, instead: choice.ways[0]! });
  const { killAll, nofile, backlog } = request;
  const limits = { ...(nofile !== undefined && { nofile }), ...(backlog !== undefined && { backlog }) };
  for (const [index, way] of choice.ways.entries()) {
    const prepared = prepareHandoff(way, request, held);
    const spec = { ...prepared, ports, killAll, ...limits };
    const start = (generation: number) => {
      const tap = launch.nextTap();
      return nursery.launch({ ...spec, generation, ...(tap && { tap }) });
    };
    const outcome = await start(1);
    const instead = choice.ways[index + 1];
    if (outcome.kind !== "refused" || instead === undefined) {
      const again = async (generation: number) => requireRunning(await start(generation), request, way);
      return { way, tree: requireRunning(outcome, request, way), again };
    }
    emit({ kind: "way-refused", way, because: outcome.because, instead });
  }
  throw new Error("no way of handing over was chosen");
}

function requireRunning(outcome: LaunchOutcome, request: ReserveRequest, way: HandoffWay): Tree {
  const [name] = request.command;
  switch (outcome.kind) {
    case "running":
      return outcome.tree;
    case "not-found":
      return fail(
        "COMMAND_NOT_FOUND",
        `command \`${name}\` is not found`,
        "the program that its `#!` line names may be missing",
      );
    case "not-runnable":
      return fail(
        "COMMAND_NOT_RUNNABLE",
        `command \`${name}\` can't be run: ${outcome.because}`,
        "name the program that runs it, as in `python3 FILE`",
      );
    case "refused":
      return fail(
        "HANDOFF_REFUSED",
        `no ${way} here: ${outcome.because}`,
        overrules(request) ? OVERRULE_HINT : "leave out `--handoff`: the best way that works is taken",
      );
  }
}
