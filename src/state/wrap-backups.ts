import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { PortguardError } from "../core/error.ts";
import { isThere, readOwned, removeOwned, writeOwned } from "./owned-file.ts";

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What configurations were before a server in them was wrapped: one file each in `wrapped`, a plain copy. It is found by
 * the text that the configuration has now, so a copy never takes back what somebody did later.
 */
export class WrapBackups {
  /** `stateFolder` throws NO_STATE_FOLDER where there is none: then nothing was kept, and nothing can be. */
  constructor(private readonly stateFolder: () => string) {}

  /** Keeps `before`, to which `now` can be taken back; answers where. Throws NO_STATE_FOLDER, STATE_NOT_WRITTEN. */
  keep(path: string, server: string, now: string, before: string): string {
    const place = this.#placeOf(path, server, now);
    writeOwned(place, before);
    return place;
  }

  /** What the configuration was, if what it is now is what wrapping made of it. */
  find(path: string, server: string, now: string): string | undefined {
    const place = this.#findPlace(path, server, now);
    const owned = place === undefined ? undefined : readOwned(place, MOST_BYTES);
    return owned?.kind === "text" ? owned.text : undefined;
  }

  remove(path: string, server: string, now: string): void {
    const place = this.#findPlace(path, server, now);
    if (place !== undefined) removeOwned(place);
  }

  #findPlace(path: string, server: string, now: string): string | undefined {
    try {
      const place = this.#placeOf(path, server, now);
      return isThere(place) ? place : undefined;
    } catch (error) {
      if (error instanceof PortguardError && error.code === "NO_STATE_FOLDER") return undefined;
      throw error;
    }
  }

  #placeOf(path: string, server: string, now: string): string {
    const key = createHash("sha256")
      .update(JSON.stringify([path, server, now]))
      .digest("hex")
      .slice(0, 16);
    return join(this.stateFolder(), "wrapped", `${key}-${basename(path)}`);
  }
}
