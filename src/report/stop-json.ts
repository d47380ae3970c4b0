import type { PortHolder } from "../core/holder.ts";
import type { LeftAlone, Stopped } from "../core/stop.ts";
import type { ShownFreed } from "./freed-text.ts";
import { renderJson } from "./json.ts";
import { nameOwner } from "./who-text.ts";

/** What became of each port. */
export function renderFreedJson(all: readonly ShownFreed[]): string {
  const ports = all.map(({ request: { protocol, port }, state, freed }) => ({
    port,
    protocol,
    state,
    proof: freed.proof,
    stopped: freed.stopped.map(showStopped),
    left: freed.left.map(showLeft),
    newcomers: freed.newcomers.map(({ holder, revivedBy }) => ({ ...showHolder(holder), revivedBy })),
    clients: freed.clients,
  }));
  return renderJson({ ok: all.every(({ state }) => state === "free"), ports });
}

export function showStopped({ doomed: { process, role }, outcome, tookMs }: Stopped): object {
  const { pid, name, command } = process;
  return { pid, name, command, role, outcome, tookMs: Math.round(tookMs) };
}

export function showLeft({ holder, because, kind, instead }: LeftAlone): object {
  return { ...showHolder(holder), because, kind, stop: instead };
}

export function showHolder(holder: PortHolder): object {
  const { owner, sockets, verdict } = holder;
  const process = owner.kind === "process" ? owner.lineage[0].process : undefined;
  return {
    who: nameOwner(holder.owner),
    pid: process?.pid,
    command: process?.command,
    cwd: process?.cwd,
    at: sockets.map(({ at }) => at),
    verdict,
  };
}
