import { fail } from "./error.ts";

const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "m", ms: 60_000 },
  { unit: "s", ms: 1000 },
  { unit: "ms", ms: 1 },
] as const;

/** Timers take a signed 32-bit number of milliseconds; a longer one would fire at once. */
export const LONGEST_MS = 2_147_483_647;

/**
 * Reads `10s`, `500ms`, `1.5s`, `1h30m`, and a bare number as seconds; answers whole milliseconds. Units go from large to
 * small, each at most once. `what` names the value in the message (`--grace`). Throws BAD_DURATION.
 */
export function parseDuration(text: string, what: string): number {
  const ms = Math.round(sumUnits(text) ?? Number.NaN);
  if (Number.isNaN(ms))
    fail("BAD_DURATION", `\`${text}\` is not a duration for ${what}`, "write it as 10s, 500ms, 10m or 1h30m");
  if (ms > LONGEST_MS) fail("BAD_DURATION", `\`${text}\` is too long for ${what}`, "24d is the longest");
  return ms;
}

/** The same length as text that `parseDuration` reads: `1h30m`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = "";
  for (const { unit, ms: size } of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}

function sumUnits(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts =
    /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(
      text,
    );
  if (!parts || text === "") return undefined;
  return UNITS.reduce((sum, { ms }, index) => sum + Number(parts[index + 1] ?? 0) * ms, 0);
}
