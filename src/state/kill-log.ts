import { statSync } from "node:fs";
import { join } from "node:path";
import { KILL_RECORD_VERSION, type KillRecord } from "../core/kill-record.ts";
import { appendOwned, isThere, readOwned, writeOwned } from "./owned-file.ts";
import { isNumber, isFields, isText, isTime, list, object, oneOf, optional, type Shape } from "./shapes.ts";

const MOST_BYTES = 4 * 1024 * 1024;
/** When it has grown to this, the older half goes. */
const FULL_BYTES = 1024 * 1024;

/** Every process that portguard has ended, a line of JSON each, the oldest first: `kills.ndjson` in the state folder. */
export class KillLog {
  readonly path: string;

  constructor(stateFolder: string) {
    this.path = join(stateFolder, "kills.ndjson");
  }

  add(record: KillRecord): void {
    this.#shorten();
    appendOwned(this.path, JSON.stringify(record));
  }

  /** `unreadable`: how many lines are not understood, or why the file is not read at all. */
  read(): { readonly records: readonly KillRecord[]; readonly unreadable: number | string } {
    if (!isThere(this.path)) return { records: [], unreadable: 0 };
    const owned = readOwned(this.path, MOST_BYTES);
    if (owned.kind === "refused") return { records: [], unreadable: owned.because };
    const lines = owned.text.split("\n").filter((line) => line !== "");
    const records = lines.flatMap((line) => parseRecord(line) ?? []);
    return { records, unreadable: lines.length - records.length };
  }

  #shorten(): void {
    if (!isThere(this.path) || statSync(this.path).size < FULL_BYTES) return;
    const owned = readOwned(this.path, MOST_BYTES);
    if (owned.kind !== "text") return;
    const lines = owned.text.split("\n").filter((line) => line !== "");
    writeOwned(this.path, `${lines.slice(Math.ceil(lines.length / 2)).join("\n")}\n`);
  }
}

const isRecord: Shape = object({
  version: oneOf(KILL_RECORD_VERSION),
  at: isTime,
  by: oneOf("free", "clean", "schedule", "reserve"),
  pid: isNumber,
  name: optional(isText),
  user: optional(isText),
  command: list(isText),
  cwd: optional(isText),
  ports: list(isText),
  role: oneOf("holder", "worker", "watcher", "reservation"),
  grade: isText,
  because: isText,
  evidence: list(object({ what: isText, source: isText })),
  outcome: oneOf("ended", "killed"),
});

function parseRecord(line: string): KillRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) && isRecord(value) ? (value as unknown as KillRecord) : undefined;
  } catch {
    return undefined;
  }
}
