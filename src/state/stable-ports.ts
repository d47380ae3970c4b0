import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isThere, listNames, readOwned, removeOwned, writeOwned } from "./owned-file.ts";

/** Which ports a folder got, of which range. */
export interface StablePorts {
  readonly folder: string;
  /** `20000-29999`. */
  readonly range: string;
  readonly ports: readonly number[];
}

const VERSION = 1;
const MOST_BYTES = 64 * 1024;

/** The ports that folders get each time: one file each in `stable`. What can't be read counts as not there. */
export class StablePortFiles {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "stable");
  }

  write(entry: StablePorts): void {
    writeOwned(join(this.#folder, nameOf(entry)), `${JSON.stringify({ version: VERSION, ...entry })}\n`);
  }

  read(folder: string, range: string): readonly number[] {
    return this.#readFile(nameOf({ folder, range }))?.ports ?? [];
  }

  /** The ports that belong to other folders which are still there; what belonged to others is forgotten. */
  listOthers(folder: string): readonly number[] {
    return listNames(this.#folder).flatMap((name) => {
      const entry = name.endsWith(".json") ? this.#readFile(name) : undefined;
      if (!entry || entry.folder === folder) return [];
      if (existsSync(entry.folder)) return [...entry.ports];
      removeOwned(join(this.#folder, name));
      return [];
    });
  }

  #readFile(name: string): StablePorts | undefined {
    const path = join(this.#folder, name);
    if (!isThere(path)) return undefined;
    try {
      const owned = readOwned(path, MOST_BYTES);
      return owned.kind === "text" ? parseEntry(JSON.parse(owned.text)) : undefined;
    } catch {
      return undefined;
    }
  }
}

function nameOf({ folder, range }: Pick<StablePorts, "folder" | "range">): string {
  return `${createHash("sha256")
    .update(JSON.stringify([folder, range]))
    .digest("hex")
    .slice(0, 16)}.json`;
}

function parseEntry(value: unknown): StablePorts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { version, folder, range, ports } = value as Record<string, unknown>;
  const isWhole = version === VERSION && typeof folder === "string" && typeof range === "string";
  return isWhole && Array.isArray(ports) && ports.every(isPort) ? { folder, range, ports } : undefined;
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) <= 65_535;
}
