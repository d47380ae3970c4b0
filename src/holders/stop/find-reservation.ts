import type { ProcessOwner } from "../../core/holder.ts";
import type { ProcessInfo } from "../../core/socket.ts";

const DEFAULT_AUTO = 10;

/**
 * The portguard that has this port in hand: the holder itself, or one above it. Its guard (`portguard __guard`) stands below
 * it and ends with it, and is never ended by itself.
 */
export function findReservation({ lineage }: ProcessOwner, port: number): ProcessInfo | undefined {
  return lineage.map(({ process }) => process).find((process) => isReservationOf(process, port));
}

/** A command under portguard may start servers on ports that were never reserved: those are not portguard's to end. */
function isReservationOf({ name, command }: ProcessInfo, port: number): boolean {
  if (name !== "portguard") return false;
  // A pick's words don't tell what it got; it serves nothing but that.
  if (command[1] === "__keep" || command[1] === "pick") return true;
  if (command[1] !== "reserve") return false;
  const end = command.indexOf("--");
  const words = command.slice(2, end < 0 ? undefined : end);
  // What it took over is not in its words, and whoever serves there has it from this one.
  if (words.some((word) => word === "--adopt" || word.startsWith("--adopt="))) return true;
  const more = autoOf(words);
  const spans = words.flatMap((word) => (word.startsWith("-") ? [] : word.split(",").flatMap(readSpan)));
  return spans.some(({ from, to }) => from === 0 || (port >= from && port <= to + more));
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
