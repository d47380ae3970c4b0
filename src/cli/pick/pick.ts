import { fail } from "../../core/error.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { PickTerm } from "../../core/port-pick.ts";
import { markOf } from "../../core/reservation.ts";
import { renderJson } from "../../report/json.ts";
import { writeAnswer } from "../../report/write.ts";
import type { Invocation } from "../words/parse-args.ts";
import { type PickArgs, parsePickArgs } from "./pick-args.ts";
import { chooseCandidates } from "./pick-candidates.ts";
import { type KeeperAnswer, startKeeper } from "./pick-keeper.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };

type Keep = Extract<PickArgs["use"], { kind: "keep" }>;

/** `portguard pick`: args → candidates → a process that holds → the ports on stdout. Throws PortguardError. */
export async function runPick(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./pick-help.ts")).PICK_HELP)) return DONE;
  const args = parsePickArgs(invocation);
  const os = await services.os();
  const candidates = await chooseCandidates(args, os);
  if (args.use.kind === "exec") {
    const { runPicked } = await import("./pick-exec.ts");
    return runPicked(args, args.use.command, candidates, services);
  }
  const term = readTerm(args.use, os);
  const { pid, answer } = await startKeeper({ pick: { candidates: candidates.ports, count: args.count }, term });
  const ports = requirePorts(answer, args);
  candidates.remember(ports);
  writeAnswer(args.json ? renderJson({ ok: true, ports, keeper: pid }) : ports.join("\n"));
  return DONE;
}

function readTerm({ forMs, pid }: Keep, os: Os): PickTerm {
  const found = pid === undefined ? undefined : os.process(pid);
  if (pid !== undefined && !found) fail("BAD_USAGE", `there is no process ${pid}`, "`--for-pid $$` names the shell");
  return { ...(forMs !== undefined && { forMs }), ...(found && { process: markOf(found) }) };
}

function requirePorts(answer: KeeperAnswer, { range, count }: PickArgs): readonly number[] {
  if (answer.kind === "held") return answer.ports;
  const { free, refusal } = answer;
  const among = `${range.from}-${range.to}`;
  if (refusal) fail("NO_FREE_PORT", `no port of ${among} can be had: ${refusal.what}`, refusal.hint);
  const what = count === 1 ? `no port of ${among} is free` : `${free} of the ${count} ports are free in ${among}`;
  return fail("NO_FREE_PORT", what, "name more with --range");
}
