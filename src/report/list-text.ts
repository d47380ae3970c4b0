import { formatEndpoint } from "../core/endpoint.ts";
import { isOpenToOthers, type Listed } from "../core/listing.ts";
import { sanitize } from "./sanitize.ts";
import type { SpanLine } from "./spans.ts";
import { type Column, layTable, type TableFit } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "address" },
  { title: "port" },
  { title: "open to", leftOut: 1 },
  { title: "process", atLeast: 12 },
  { title: "pid" },
  { title: "user", atLeast: 6, leftOut: 4 },
  { title: "age", leftOut: 3 },
  { title: "directory", atLeast: 12, keep: "end", leftOut: 2 },
  { title: "reservation", atLeast: 12 },
];
const OPEN_TO = COLUMNS.findIndex(({ title }) => title === "open to");
const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "m", ms: 60_000 },
  { unit: "s", ms: 1000 },
] as const;

/** One line a place, in columns. `now` is milliseconds since the epoch. */
export function renderList(listed: readonly Listed[], now: number, fit: TableFit): readonly SpanLine[] {
  const lines = layTable(
    COLUMNS,
    listed.map((each) => cellsOf(each, now).map(sanitize)),
    fit,
  );
  return lines.map((line, index): SpanLine => {
    const each = listed[index - 1];
    if (!each) return line;
    const marked = isOpenToOthers(each);
    return line.map((text, at) => (marked && at === OPEN_TO ? { text, tone: "warn" } : text));
  });
}

/** One line for what came or went: `+ 127.0.0.1:8000 node (pid 4711)`. */
export function renderListChange(change: "appeared" | "gone", listed: Listed, at: Date): SpanLine {
  const { process, reservation, state } = listed;
  const who = process ? ` ${process.name ?? "a process"} (pid ${process.pid})` : "";
  const name = reservation ? `, reserved as ${reservation.name}` : "";
  const held = state === "held" ? ", held" : "";
  const sign = change === "appeared" ? "+" : "-";
  return [
    `${at.toTimeString().slice(0, 8)} `,
    { text: sign, tone: change === "appeared" ? "good" : "bad" },
    ` ${formatEndpoint(listed.at)}${who}${held}${name}`,
  ];
}

function cellsOf(listed: Listed, now: number): string[] {
  const { at, state, process, sharedWith, uid, user, reservation } = listed;
  const place = formatEndpoint(at).replace(/:\d+(?:\/udp)?$/, "");
  const name = process ? `${process.name ?? "?"}${sharedWith > 0 ? ` +${sharedWith}` : ""}` : "?";
  return [
    place,
    String(at.port),
    state === "held" ? "nobody: held" : isOpenToOthers(listed) ? "others" : "this machine",
    name,
    process ? String(process.pid) : "?",
    process?.user ?? user ?? (uid === undefined ? "" : String(uid)),
    process?.startedAt === undefined ? "" : describeAge(now - process.startedAt),
    reservation?.directory ?? process?.cwd ?? "",
    reservation?.name ?? "",
  ];
}

/** Its largest unit: `3d`, `5h`, `12m`, `8s`. */
function describeAge(ms: number): string {
  const { unit, ms: size } = UNITS.find((each) => ms >= each.ms) ?? UNITS[3];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}
