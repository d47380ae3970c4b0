import { fail } from "../../core/error.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { PickAnswer, PickTerm } from "../../core/port-pick.ts";
import { markOf } from "../../core/process-mark.ts";
import { renderJson } from "../../report/json.ts";
import { type Line, writeAnswer, writeLines } from "../../report/write.ts";
import type { Invocation } from "../words/parse-args.ts";
import { currentFolder } from "../current-folder.ts";
import type { KeeperTask } from "./keeper-task.ts";
import { type PickArgs, parsePickArgs } from "./pick-args.ts";
import { chooseCandidates } from "./pick-candidates.ts";
import { findKeeper } from "./pick-keeper.ts";
import { findPlace, nameOfStable } from "./pick-place.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };

type Keep = Extract<PickArgs["use"], { kind: "keep" }>;

/** `portguard pick`: args → candidates → a process that holds → the ports on stdout. Throws PortguardError. */
export async function runPick(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./pick-help.ts")).PICK_HELP)) return DONE;
  const args = parsePickArgs(invocation);
  const os = await services.os();
  const folder = await findPlace(args);
  const candidates = chooseCandidates(args, folder, os);
  if (args.use.kind === "exec") {
    const { runPicked } = await import("./pick-exec.ts");
    return runPicked(args, args.use.command, candidates, services);
  }
  const task: KeeperTask = {
    pick: { candidates: candidates.ports, count: args.count },
    term: readTerm(args.use, os),
    directory: currentFolder(),
    ...(folder !== undefined && { folder }),
    ...(folder !== undefined && args.stable && { name: nameOfStable(folder, args) }),
  };
  const { pid, answer } = await findKeeper(task, os);
  const ports = requirePorts(answer, args);
  const forgotten = candidates.remember(ports);
  writeLines(tellLosses(forgotten, answer.unrecorded), services.style());
  writeAnswer(args.json ? renderJson({ ok: true, ports, keeper: pid }) : ports.join("\n"));
  return DONE;
}

/** The ports are held all the same. */
function tellLosses(forgotten: string | undefined, unrecorded: string | undefined): readonly Line[] {
  const told = [
    forgotten !== undefined && `which port this folder got can't be kept: ${forgotten}`,
    unrecorded !== undefined && `\`portguard reserve\` won't be able to take it over: ${unrecorded}`,
  ];
  return told.flatMap((text): Line[] => (text === false ? [] : [{ tone: "warn", text }])).slice(0, 1);
}

function readTerm({ forMs, pid }: Keep, os: Os): PickTerm {
  const found = pid === undefined ? undefined : os.process(pid);
  if (pid !== undefined && !found) fail("BAD_USAGE", `there is no process ${pid}`, "`--for-pid $$` names the shell");
  return { ...(forMs !== undefined && { forMs }), ...(found && { process: markOf(found) }) };
}

function requirePorts(answer: PickAnswer, { range, count }: PickArgs): readonly number[] {
  if (answer.kind === "held") return answer.ports;
  const { free, refusal } = answer;
  const among = `${range.from}-${range.to}`;
  if (refusal) fail("NO_FREE_PORT", `no port of ${among} can be had: ${refusal.what}`, refusal.hint);
  const what = count === 1 ? `no port of ${among} is free` : `${free} of the ${count} ports are free in ${among}`;
  return fail("NO_FREE_PORT", what, "name more with --range");
}
