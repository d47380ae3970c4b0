import { renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isSameProcess } from "../core/process-mark.ts";
import { parseReservationName, type Reservation } from "../core/reservation.ts";
import type { ProcessInfo } from "../core/socket.ts";
import { createOwned, isThere, listNames, readOwned, removeOwned, replaceOwned } from "./owned-file.ts";
import { parseReservation } from "./parse-reservation.ts";

/** What a name is taken by. */
export type Taken =
  | { readonly kind: "reservation"; readonly reservation: Reservation }
  /** It can't be used, and is left as it is. */
  | { readonly kind: "unreadable"; readonly path: string; readonly because: string };

const MOST_BYTES = 256 * 1024;
const SUFFIX = ".json";
const TRIES = 10;

/**
 * The reservations of this user that run now: one file each, `reservations/NAME.json` in the state folder. Each is its
 * portguard's own to write; what a dead one left is taken away by whoever comes across it.
 */
export class ReservationFiles {
  readonly #folder: string;
  readonly #process: (pid: number) => ProcessInfo | undefined;

  /** `process` answers what is known of a process, nothing where there is none. */
  constructor(stateFolder: string, process: (pid: number) => ProcessInfo | undefined) {
    this.#folder = join(stateFolder, "reservations");
    this.#process = process;
  }

  /** Writes it under its name, unless a live one has that: what has it is answered then. Throws where it can't be written. */
  claim(reservation: Reservation): Taken | undefined {
    const text = render(reservation);
    const path = this.#pathOf(reservation.name);
    // What is in the way may be stale, and somebody else may take its place first.
    for (let tried = 0; tried < TRIES; tried++) {
      if (createOwned(path, text)) return undefined;
      const taken = this.#read(path);
      if (taken) return taken;
    }
    return { kind: "unreadable", path, because: "it can't be taken away" };
  }

  /** Writes one that is claimed. Throws where it can't be written. */
  update(reservation: Reservation): void {
    replaceOwned(this.#pathOf(reservation.name), render(reservation));
  }

  remove(name: string): void {
    removeOwned(this.#pathOf(name));
  }

  /** Nothing where none of that name runs. Throws NO_STATE_FOLDER where that can't be told. */
  find(name: string): Reservation | undefined {
    if (parseReservationName(name) === undefined || !isThere(this.#pathOf(name))) return undefined;
    const taken = this.#read(this.#pathOf(name));
    return taken?.kind === "reservation" ? taken.reservation : undefined;
  }

  /** All of them, by name. Throws NO_STATE_FOLDER where that can't be told. */
  list(): readonly Reservation[] {
    const files = listNames(this.#folder).filter((name) => name.endsWith(SUFFIX) && !name.startsWith("."));
    const found = files.toSorted().map((name) => this.#read(join(this.#folder, name)));
    return found.flatMap((each) => (each?.kind === "reservation" ? [each.reservation] : []));
  }

  /** Nothing where there is none, or it was stale and is gone now. */
  #read(path: string): Taken | undefined {
    const read = readFile(path);
    if (read?.kind !== "reservation" || this.#isLive(read.reservation)) return read;
    const { reservation } = read;
    // Only this machine can tell whether it still runs.
    if (reservation.host !== hostname()) return { kind: "unreadable", path, because: `it is of ${reservation.host}` };
    sweep(path, reservation);
    return undefined;
  }

  #isLive({ portguard }: Reservation): boolean {
    return isSameProcess(portguard, this.#process(portguard.pid));
  }

  #pathOf(name: string): string {
    if (parseReservationName(name) === undefined) throw new RangeError(`not a reservation's name: ${name}`);
    return join(this.#folder, name + SUFFIX);
  }
}

/** Takes a stale file away: a new one may have got its name meanwhile, and gets it back then. */
function sweep(path: string, stale: Reservation): void {
  const aside = `${path}.${crypto.randomUUID()}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // somebody else did it
  }
  const moved = readFile(aside);
  const isStale = moved?.kind !== "reservation" || isSameProcess(moved.reservation.portguard, stale.portguard);
  if (!isStale && moved?.kind === "reservation") createOwned(path, render(moved.reservation));
  rmSync(aside, { force: true });
  if (isStale && stale.control?.endsWith(".sock")) rmSync(stale.control, { force: true });
}

function readFile(path: string): Taken | undefined {
  const unreadable = (because: string): Taken => ({ kind: "unreadable", path, because });
  try {
    const owned = readOwned(path, MOST_BYTES);
    if (owned.kind === "refused") return unreadable(owned.because);
    const parsed = parseReservation(owned.text);
    return typeof parsed === "string" ? unreadable(parsed) : { kind: "reservation", reservation: parsed };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

function render(reservation: Reservation): string {
  return `${JSON.stringify(reservation, undefined, 2)}\n`;
}
