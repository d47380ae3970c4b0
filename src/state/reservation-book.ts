import { hostname } from "node:os";
import { PortguardError } from "../core/error.ts";
import { markOf } from "../core/process-mark.ts";
import { defaultReservationName, RESERVATION_VERSION, type Reservation } from "../core/reservation.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ProcessInfo } from "../core/socket.ts";
import { advanceReservation } from "./advance-reservation.ts";
import type { ReservationFiles, Taken } from "./reservations.ts";

export interface BookOptions {
  readonly files: ReservationFiles;
  readonly process: (pid: number) => ProcessInfo | undefined;
  /** Portguard's own. */
  readonly pid: number;
  /** As `--name` gave it; nothing: the folder's and the port's. */
  readonly name?: string;
  readonly directory: string;
  readonly command: readonly string[];
  readonly picked?: Reservation["picked"];
  /** Opens where the reservation of this name takes requests: `path` is recorded. Throws where it can't. */
  readonly openControl: (name: string) => Disposable & { readonly path: string };
  /** Told once, when it could not be written: `because` is the system's own words. */
  readonly onFault: (because: unknown) => void;
}

/** How many reservations of one folder and port there may be: on several addresses, or in several network namespaces. */
const LAST_SUFFIX = 99;

/** Keeps the record of one reservation, from what is told of it. */
export class ReservationBook implements Disposable {
  #reservation: Reservation;
  #control: Disposable | undefined;
  #state: "unclaimed" | "claimed" | "failed" | "closed" = "unclaimed";

  constructor(private readonly options: BookOptions) {
    const { process, pid, name, directory, command, picked } = options;
    this.#reservation = {
      version: RESERVATION_VERSION,
      name: name ?? "",
      host: hostname(),
      portguard: markOf(process(pid) ?? { pid, command: [] }),
      ports: [],
      directory,
      command,
      generation: 0,
      since: new Date().toISOString(),
      ...(picked && { picked }),
    };
  }

  /** Takes a name that was asked for, before anything is held for it. Throws NAME_TAKEN. */
  claimAsked(): void {
    const taken = this.#attempt(() => this.options.files.claim(this.#reservation));
    if (taken) throw refuseName(this.#reservation.name, taken);
    this.#noteClaim();
  }

  hear(event: ReserveEvent): void {
    if (event.kind === "exit") return this.close();
    const before = this.#reservation;
    this.#reservation = advanceReservation(before, event, { process: this.options.process, now: new Date() });
    // Without a command the hold is the whole news; else it is written once the command runs, which must not wait for us.
    const isDue = event.kind !== "held" || before.command.length === 0;
    if (this.#reservation === before || !isDue) return;
    if (this.#state === "unclaimed") this.#claimDefault();
    else if (this.#state === "claimed") this.#attempt(() => this.options.files.update(this.#reservation));
  }

  close(): void {
    if (this.#state === "claimed") this.#attempt(() => this.options.files.remove(this.#reservation.name));
    this.#state = "closed";
    // Last: whoever waits for our end finds the name free.
    this.#control?.[Symbol.dispose]();
    this.#control = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #claimDefault(): void {
    const name = defaultReservationName(this.options.directory, this.#reservation.ports[0]?.port ?? 0);
    for (let suffix = 1; suffix <= LAST_SUFFIX && this.#state === "unclaimed"; suffix++) {
      this.#reservation = { ...this.#reservation, name: suffix === 1 ? name : `${name}-${suffix}` };
      const taken = this.#attempt(() => this.options.files.claim(this.#reservation));
      if (!taken) this.#noteClaim();
    }
  }

  /** The name is ours, and so is the place where requests to it come in. */
  #noteClaim(): void {
    if (this.#state !== "unclaimed") return;
    this.#state = "claimed";
    this.#attempt(() => {
      const { [Symbol.dispose]: dispose, path } = this.options.openControl(this.#reservation.name);
      this.#control = { [Symbol.dispose]: dispose };
      this.#reservation = { ...this.#reservation, control: path };
      this.options.files.update(this.#reservation);
    });
  }

  /** What can't be written is no reason to end: it is said once, and nothing is written any more. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (this.#state !== "failed" && this.#state !== "closed") this.options.onFault(error);
      this.#state = "failed";
      return undefined;
    }
  }
}

function refuseName(name: string, taken: Taken): PortguardError {
  if (taken.kind === "unreadable") {
    const what = `the name \`${name}\` has a file that can't be used: ${taken.path}: ${taken.because}`;
    return new PortguardError("NAME_TAKEN", what, "take it away, or take another name");
  }
  const { ports, directory, portguard } = taken.reservation;
  const what = `the name \`${name}\` is in use: port ${ports.map(({ port }) => port).join(", ")} is reserved in ${directory} (portguard pid ${portguard.pid})`;
  return new PortguardError(
    "NAME_TAKEN",
    what,
    `take another name, or end that one; \`portguard list --name ${name}\` shows it`,
  );
}
