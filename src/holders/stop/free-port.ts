import type { PortHolder } from "../../core/holder.ts";
import type { HoldRequest, Os } from "../../core/os.ts";
import { isSameProcess } from "../../core/process-mark.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import type { Freed, Newcomer, Stopped, StopPlan } from "../../core/stop.ts";
import { findConnections } from "../find-holders.ts";
import { proveFree } from "./prove-free.ts";
import { stopAll, type StopAllTools } from "./stop-all.ts";

export interface FreeTools extends StopAllTools {
  readonly os: Os;
}

/** Stops whom the plan names, and looks whether the port is free in the end. */
export async function freePort(plan: StopPlan, request: HoldRequest, tools: FreeTools): Promise<Freed> {
  const { stopped, left } = await stopAll(plan, tools);
  const proof = await proveFree(request, tools.os);
  if (proof.kind !== "held") return { proof, stopped, left, newcomers: [], clients: [] };
  const known = new Set(left.flatMap(({ holder }) => holder.sockets.map(({ id }) => id)));
  const strangers = tools.look().filter(({ sockets }) => !sockets.some(({ id }) => known.has(id)));
  const newcomers = strangers.map((holder) => describeNewcomer(holder, stopped));
  const isExplained = left.length + newcomers.length > 0;
  const clients = isExplained ? [] : findConnections(tools.os, request.port, request.protocol);
  return { proof, stopped, left, newcomers, clients };
}

function describeNewcomer(holder: PortHolder, stopped: readonly Stopped[]): Newcomer {
  const before = stopped.flatMap(({ target }) => aboveOf(target.holder));
  const revivedBy = aboveOf(holder).find(
    (process) => process.pid !== 1 && before.some((each) => isSameProcess(each, process)),
  );
  return { holder, ...(revivedBy && { revivedBy }) };
}

function aboveOf({ owner }: PortHolder): ProcessInfo[] {
  return owner.kind === "process" ? owner.lineage.slice(1).map(({ process }) => process) : [];
}
