import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { PortguardError } from "../core/error.ts";
import type { Hold, Os } from "../core/os.ts";
import type { PortRequest } from "../core/port-request.ts";
import type { Reservation } from "../core/reservation.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import { findWorkTree } from "../holders/work-tree.ts";
import { askControl } from "../state/control-channel.ts";
import { landingPath } from "../state/control-place.ts";
import { ensureOwnedFolder } from "../state/owned-file.ts";
import { openReservations } from "../state/open-reservations.ts";
import { stateFolder } from "../state/state-folder.ts";
import { borrowHolds } from "./adopt.ts";

/** A port is busy, and `pick` may keep it for the very folder that asks for it. */
export class MaybeOurs extends Error {
  constructor(
    readonly request: PortRequest,
    readonly port: number,
  ) {
    super(`port ${port} is picked`);
  }
}

/** Sockets that a pick has lent, and lets go of when all is held. */
interface Inherited {
  readonly pick: Reservation;
  readonly hold: Hold;
}

/**
 * The ports that `pick` keeps for this folder (its git work tree, or itself): they are for whoever serves here, so they are
 * taken over. Another folder's are not. Disposing gives back what has not become ours for good.
 */
export class Inheritance implements Disposable {
  readonly #tried = new Set<number>();
  readonly #inherited = new Map<number, Inherited>();

  constructor(private readonly os: Os) {}

  get(port: number): Hold | undefined {
    return this.#inherited.get(port)?.hold;
  }

  /** Has a busy port looked into, where it was meant by its number. Throws MaybeOurs, once for each. */
  claim(request: PortRequest, port: number): void {
    if (request.protocol !== "tcp" || this.#tried.has(port) || !isMeant(request, port)) return;
    this.#tried.add(port);
    if (this.#find(port)) throw new MaybeOurs(request, port);
  }

  /** Takes it over where it is ours; else it is held by somebody, as it was. */
  async take({ request, port }: MaybeOurs): Promise<void> {
    const pick = this.#find(port);
    const folder = pick?.picked?.folder;
    if (!pick?.control || folder === undefined || !(await listPlaces()).includes(folder)) return;
    // A pick has every address; what was not asked for is not kept from anyone.
    const hold = request.hosts === "every" ? await this.#borrow(pick, pick.control, port) : undefined;
    if (hold?.takeBack()) {
      this.#inherited.set(port, { pick, hold });
      return;
    }
    hold?.release();
    await letGo(pick.control, port);
  }

  /** All that was asked for is held: the picks let go. */
  async settle(emit: (event: ReserveEvent) => void): Promise<void> {
    const inherited = [...this.#inherited];
    this.#inherited.clear();
    for (const [port, { pick }] of inherited) {
      if (pick.control !== undefined) await letGo(pick.control, port);
      emit({ kind: "adopted", name: pick.name, ports: [port] });
    }
  }

  [Symbol.dispose](): void {
    for (const { hold } of this.#inherited.values()) {
      hold.giveWay();
      hold.release();
    }
  }

  async #borrow(pick: Reservation, control: string, port: number): Promise<Hold | undefined> {
    const landing = landingPath(this.os.name, stateFolder(this.os.name, process.env), `${pick.name}.${port}`);
    ensureOwnedFolder(dirname(landing));
    try {
      const adoption = { name: pick.name, control, landing };
      const [hold] = await borrowHolds(adoption, await this.os.passing(), port);
      return hold;
    } catch (error) {
      // It has just ended, or knows nothing of this: then it is held by somebody, or nobody.
      if (error instanceof PortguardError) return undefined;
      throw error;
    }
  }

  #find(port: number): Reservation | undefined {
    try {
      const all = openReservations(this.os).list();
      return all.find(({ picked, ports }) => picked && ports.some((each) => each.port === port));
    } catch {
      return undefined; // where nothing can be recorded, nothing is
    }
  }
}

async function letGo(control: string, port: number): Promise<void> {
  await askControl(control, { do: "let-go", pid: process.pid, port });
}

/** The one number that was given, or one that this folder gets each time; not one that would merely do. */
function isMeant({ ports }: PortRequest, port: number): boolean {
  switch (ports.kind) {
    case "one":
      return ports.port === port;
    case "first-of":
      return ports.own.includes(port);
    case "range":
    case "any":
      return false;
  }
}

/** What a pick may have been made for, so that it is for us. */
async function listPlaces(): Promise<readonly string[]> {
  try {
    const folder = realpathSync(process.cwd());
    const tree = await findWorkTree(folder);
    return [folder, ...(tree ? [tree.root] : [])];
  } catch {
    return []; // it was taken away below us
  }
}
