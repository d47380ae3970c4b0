import type { PortHolder } from "../core/holder.ts";
import type { LeftAlone, Stopped } from "../core/stop.ts";
import type { ShownFreed } from "./freed-text.ts";
import { renderJson } from "./json.ts";
import { holderFields, type JsonField } from "./json-fields.ts";
import { nameOwner } from "./who-text.ts";

/** Every field of what `free --json` writes. */
export const FREED_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether all of them are free"],
  ["ports[].port", "a number"],
  ["ports[].protocol", "tcp or udp"],
  ["ports[].state", "free, not-free or unknown"],
  ["ports[].proof.kind", "bound, unused, held, closing, refused or not-local"],
  ["ports[].proof.refusal?", "of unused and refused: why it was not bound", "refusal"],
  ["ports[].proof.at?", "of not-local", "endpoint"],
  ["ports[].stopped[]", "whom it has stopped, or tried to", "stopped"],
  ...holderFields("ports[].left[]", "who was not to be stopped"),
  ["ports[].left[].because", "why, one line"],
  ["ports[].left[].kind", "refused, or unknown: it can't be told whether it would be right"],
  ["ports[].left[].stop?", "how it is stopped rightly", "remedy"],
  ...holderFields("ports[].newcomers[]", "who has got it since"),
  ["ports[].newcomers[].revivedBy?", "who has started it again", "process"],
  ["ports[].clients[].at", "whose own end of a connection is the port, and keeps it", "endpoint"],
  ["ports[].clients[].process?", "missing where none is seen", "process"],
  ["ports[].clients[].closing?", "true where the connection is closing, and nobody has it"],
];

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
