import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readOwned, removeOwned, writeOwned } from "./owned-file.ts";

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What configurations were before a server in them was wrapped: one file each in `wrapped`, a plain copy. It is found by
 * the text that the configuration has now, so a copy never takes back what somebody did later.
 */
export class WrapBackups {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "wrapped");
  }

  /** Keeps `before`, to which `now` can be taken back; answers where. */
  keep(path: string, server: string, now: string, before: string): string {
    const place = this.#placeOf(path, server, now);
    writeOwned(place, before);
    return place;
  }

  /** What the configuration was, if what it is now is what wrapping made of it. */
  find(path: string, server: string, now: string): string | undefined {
    const place = this.#placeOf(path, server, now);
    if (!existsSync(place)) return undefined;
    const owned = readOwned(place, MOST_BYTES);
    return owned.kind === "text" ? owned.text : undefined;
  }

  remove(path: string, server: string, now: string): void {
    const place = this.#placeOf(path, server, now);
    if (existsSync(place)) removeOwned(place);
  }

  #placeOf(path: string, server: string, now: string): string {
    const key = createHash("sha256")
      .update(JSON.stringify([path, server, now]))
      .digest("hex")
      .slice(0, 16);
    return join(this.#folder, `${key}-${basename(path)}`);
  }
}
