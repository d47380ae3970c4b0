import { join } from "node:path";
import type { Sighting } from "../core/sighting.ts";
import { isThere, readOwned, writeOwned } from "./owned-file.ts";
import { isNumber, isFields, isText, list, object, oneOf, optional, type Shape } from "./shapes.ts";

const VERSION = 1;
const MOST_BYTES = 1024 * 1024;

/** What the last run of `clean` saw: `sightings.json` in the state folder. */
export class SightingsFile {
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, "sightings.json");
  }

  write(sightings: readonly Sighting[]): void {
    writeOwned(this.#path, `${JSON.stringify({ version: VERSION, sightings })}\n`);
  }

  /** None where there are none that can be trusted: whatever is seen now is then seen for the first time. */
  read(): readonly Sighting[] {
    if (!isThere(this.#path)) return [];
    const owned = readOwned(this.#path, MOST_BYTES);
    if (owned.kind === "refused") return [];
    try {
      const value: unknown = JSON.parse(owned.text);
      return isFields(value) && isSightings(value) ? (value["sightings"] as readonly Sighting[]) : [];
    } catch {
      return [];
    }
  }
}

const isMoment: Shape = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;

const isSightings: Shape = object({
  version: oneOf(VERSION),
  sightings: list(
    object({
      pid: isNumber,
      born: isText,
      sockets: list(isText),
      firstSeenAt: isMoment,
      lastSeenAt: isMoment,
      cpuMs: optional(isMoment),
    }),
  ),
});
