import { ANY4, ANY6 } from "../core/address.ts";
import { type Endpoint, formatEndpoint, overlaps } from "../core/endpoint.ts";
import type { PortHolder } from "../core/holder.ts";
import { KILL_RECORD_VERSION, type KillReason } from "../core/kill-record.ts";
import type { HoldRequest, Os } from "../core/os.ts";
import { valueOf } from "../core/seen.ts";
import type { Stopped } from "../core/stop.ts";
import { listHolders } from "../holders/list-holders.ts";
import type { StopTools } from "../holders/stop/carry-out.ts";
import type { Asker } from "../holders/stop/plan-stop.ts";
import { findWho } from "../holders/who.ts";
import { whatOf } from "../core/system-reason.ts";
import { readScript } from "./read-script.ts";
import { listReservations } from "../state/open-reservations.ts";
import { KillLog } from "../state/kill-log.ts";
import { stateFolder } from "../state/state-folder.ts";

/** What `free`, `clean` and a start that must have its port share: who asks, how to stop, and where it is written down. */
export interface StopMachine extends StopTools {
  readonly os: Os;
  readonly asker: Asker;
  /** Who has a port, with all that can be told of them. */
  readonly meet: (request: HoldRequest) => Promise<readonly PortHolder[]>;
  /** The same without what an engine or a folder would have to be asked for: who it is now. */
  readonly holdersOf: (request: HoldRequest) => readonly PortHolder[];
  readonly everyListener: () => readonly PortHolder[];
}

/** `warn` is told, once, where what is ended can't be written down. */
export async function openStopMachine(
  os: Os,
  by: KillReason,
  graceMs: number,
  warn: (text: string) => void = () => {},
): Promise<StopMachine> {
  const origins = await os.origins();
  const us = origins.lineages([process.pid]).get(process.pid) ?? [];
  const { uid, process: { user } = {} } = us[0] ?? {};
  const pids = new Set([process.pid, ...us.map(({ process: { pid } }) => pid)]);
  const container = valueOf(origins.life(process.pid).home)?.container?.id;
  const asker = {
    pids,
    scriptOf: readScript,
    ...(uid !== undefined && { uid }),
    ...(user !== undefined && { user }),
    ...(container !== undefined && { container }),
  };
  const noteAll = openLog(os, by, warn);
  const reservations = () => listReservations(os);
  const list = (rows: Parameters<typeof listHolders>[0]) => listHolders(rows, { os, origins, reservations });
  return {
    os,
    asker,
    graceMs,
    onStopped: noteAll,
    meet: async (request) => {
      const { port, protocol } = request;
      const { holders } = await findWho(
        { kind: "port", port, protocol },
        { os, origins, env: process.env, reservations },
      );
      return holders.filter((holder) => isMeant(holder, request));
    },
    holdersOf: (request) => list(os.sockets(request)).filter((holder) => isMeant(holder, request)),
    everyListener: () => list(os.sockets({ states: ["listen"] })),
  };
}

/** Whether it is on one of the addresses that were asked for. */
function isMeant({ sockets }: PortHolder, { hosts, port, protocol }: HoldRequest): boolean {
  const addresses = hosts === "every" ? [ANY4, ANY6] : hosts;
  const places = addresses.map((address): Endpoint => ({ protocol, address, port, dual: false }));
  return sockets.some(({ at }) => places.some((place) => overlaps(at, place)));
}

/** Where there is no place to write, or none that takes it, what was asked for is done all the same. */
function openLog(os: Os, by: KillReason, warn: (text: string) => void): StopMachine["onStopped"] {
  let failed = false;
  return (stopped) => {
    if (failed) return;
    try {
      note(stopped, by, new KillLog(stateFolder(os.name, process.env)));
    } catch (error) {
      failed = true;
      const because = whatOf(error);
      warn(`what was ended is not written down: ${because}`);
    }
  };
}

/** Writes down whom we have ended, why, and what would start it again. */
function note({ target: { holder }, doomed: { process, role }, outcome }: Stopped, by: KillReason, log: KillLog): void {
  if (outcome !== "ended" && outcome !== "killed") return;
  const { pid, name, user, command, cwd } = process;
  const { grade, because, evidence } = holder.verdict;
  log.add({
    version: KILL_RECORD_VERSION,
    at: new Date().toISOString(),
    by,
    pid,
    ...(name !== undefined && { name }),
    ...(user !== undefined && { user }),
    command,
    ...(cwd !== undefined && { cwd }),
    ports: [...new Set(holder.sockets.map(({ at }) => `${at.protocol} ${formatEndpoint(at)}`))],
    role,
    grade,
    because,
    evidence,
    outcome,
  });
}
