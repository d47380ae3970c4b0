import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import type { Holder } from "../core/reserve-event.ts";
import type { ProcessInfo } from "../core/socket.ts";
import { clip } from "./sanitize.ts";

/** Command lines of generated scripts can be very long; this much of one still tells what it is. */
export const COMMAND_LENGTH = 160;
/** A process may have the port on every address; the first ones show the way. */
const LINES_OF_ONE = 4;

/**
 * One line a holder: `  127.0.0.1:8000 (IPv4) node (pid 4711, user bob, since 12:03, /home/bob/app): node server.js`.
 * `now` is milliseconds since the epoch; times of other days show their date.
 */
export function renderHolders(holders: readonly Holder[], now: number): readonly string[] {
  const shown = holders.filter((holder, index) => earlierOf(holders, index, holder) < LINES_OF_ONE);
  const lines = shown.map(
    (holder) => `  ${formatEndpoint(holder.at)} (${familiesOf(holder.at)}) ${renderWho(holder, now)}`,
  );
  const more = holders.length - shown.length;
  return more === 0 ? lines : [...lines, `  and on ${more} more ${more === 1 ? "address" : "addresses"}`];
}

/** How many holders before this one are the same process. */
function earlierOf(holders: readonly Holder[], index: number, { process }: Holder): number {
  return holders.slice(0, index).filter((other) => process !== undefined && other.process?.pid === process.pid).length;
}

function renderWho({ process, closing }: Holder, now: number): string {
  if (closing) return "connections that are still closing (TIME_WAIT, a minute at most)";
  return process
    ? renderProcess(process, now)
    : "held, by whom can't be seen (another user, a container or the system)";
}

function renderProcess(process: ProcessInfo, now: number): string {
  const facts = [
    `pid ${process.pid}`,
    ...(process.user === undefined ? [] : [`user ${process.user}`]),
    ...(process.startedAt === undefined ? [] : [`since ${renderTime(process.startedAt, now)}`]),
    ...(process.cwd === undefined ? [] : [process.cwd]),
  ];
  const command = process.command.length === 0 ? "" : `: ${clip(process.command.join(" "), COMMAND_LENGTH)}`;
  return `${process.name ?? "a process"} (${facts.join(", ")})${command}`;
}

function familiesOf({ address, dual }: Endpoint): string {
  if (address.family === 4) return "IPv4";
  return dual ? "IPv6 and IPv4" : "IPv6";
}

/** `12:03`, or with its date where it is not today. Both are milliseconds since the epoch. */
export function renderTime(at: number, now: number): string {
  const [date, time] = localParts(at);
  return date === localParts(now)[0] ? time : `${date} ${time}`;
}

function localParts(at: number): [date: string, time: string] {
  const moment = new Date(at);
  const date = `${moment.getFullYear()}-${twoDigits(moment.getMonth() + 1)}-${twoDigits(moment.getDate())}`;
  return [date, `${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`];
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
