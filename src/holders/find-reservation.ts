import type { ReservedBy } from "../core/holder.ts";
import type { Lineage } from "../core/origin.ts";
import { isSameProcess } from "../core/process-mark.ts";
import { type Reservation, reserves } from "../core/reservation.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import { isGuard, isReservation } from "./recognize/starter.ts";

const DEFAULT_AUTO = 10;
/** What these hold is not in their words: it was picked, or taken over from another. */
const HOLDS_UNTOLD: ReadonlySet<string> = new Set(["pick", "__keep"]);

/**
 * The portguard that a process is or runs below: known by its record, pid and start time, whatever its file is called;
 * where there is none (another user's), by its command line. One that has reserved the port of these sockets comes first.
 */
export function findReservation(
  lineage: Lineage,
  sockets: readonly SocketRow[],
  records: readonly Reservation[],
): ReservedBy | undefined {
  const found = lineage.flatMap(({ process }, index) => {
    const record = records.find(({ portguard }) => isSameProcess(portguard, process));
    // Its guard stands below it, and ends with it.
    if (!record && (!isReservation(process) || isGuard(process))) return [];
    const holds = index === 0 || (record ? hasReserved(record, sockets) : holdsByItsWords(process, sockets));
    const told = record && { name: record.name, directory: record.directory };
    return [{ process, ...told, scope: holds ? ("port" as const) : ("command" as const) }];
  });
  return found.find(({ scope }) => scope === "port") ?? found[0] ?? findGuard(lineage);
}

function hasReserved(record: Reservation, sockets: readonly SocketRow[]): boolean {
  return sockets.some(({ at }) => reserves(record, at));
}

/** What is above a guard may not be seen. */
function findGuard(lineage: Lineage): ReservedBy | undefined {
  const process = lineage.map((kin) => kin.process).find(isGuard);
  return process && { process, scope: "command" };
}

/** Whether a process only keeps ports for others: it is no master of those who have them from it. */
export function isKeeper(process: ProcessInfo, records: readonly Reservation[]): boolean {
  return (
    isReservation(process) ||
    records.some(
      ({ portguard, guard }) => isSameProcess(portguard, process) || (guard && isSameProcess(guard, process)),
    )
  );
}

/** A command under portguard may start servers on ports that were never reserved: those are not portguard's to end. */
function holdsByItsWords({ command }: ProcessInfo, sockets: readonly SocketRow[]): boolean {
  if (HOLDS_UNTOLD.has(command[1] ?? "")) return true;
  const end = command.indexOf("--");
  const words = command.slice(2, end < 0 ? undefined : end);
  // What it took over is not in its words, and whoever serves there has it from this one.
  if (words.some((word) => word === "--adopt" || word.startsWith("--adopt="))) return true;
  const more = autoOf(words);
  const spans = words.flatMap((word) => (word.startsWith("-") ? [] : word.split(",").flatMap(readSpan)));
  const isIn = (port: number) => spans.some(({ from, to }) => from === 0 || (port >= from && port <= to + more));
  return sockets.some(({ at }) => isIn(at.port));
}

/** `web=127.0.0.1:8000-8010/tcp` → 8000 to 8010. */
function readSpan(item: string): readonly { readonly from: number; readonly to: number }[] {
  const [, from, to = from] = /(\d+)(?:-(\d+))?(?:\/(?:tcp|udp))?$/i.exec(item) ?? [];
  return from === undefined ? [] : [{ from: Number(from), to: Number(to) }];
}

function autoOf(words: readonly string[]): number {
  const auto = words.find((word) => word === "--auto" || word.startsWith("--auto="));
  if (auto !== undefined) return Number(auto.split("=")[1] ?? DEFAULT_AUTO);
  // `--if-held next` is the same.
  const isNext = words.some(
    (word, at) => word === "--if-held=next" || (word === "--if-held" && words[at + 1] === "next"),
  );
  return isNext ? DEFAULT_AUTO : 0;
}
