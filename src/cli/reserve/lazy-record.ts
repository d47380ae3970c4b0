import type { ReserveEvent } from "../../core/reserve-event.ts";
import type { ReservationBook } from "../../state/reservation-book.ts";
import type * as Recording from "./reserve-record.ts";

/** The record of a reservation, opened when there is something to write: the start of a command does not wait for it. */
export class LazyRecord implements Disposable {
  #opened: { readonly book: ReservationBook | undefined } | undefined;
  #held: ReserveEvent | undefined;

  constructor(private readonly openRecord: (recording: typeof Recording) => ReservationBook | undefined) {}

  /** Throws NAME_TAKEN. */
  open(): ReservationBook | undefined {
    this.#opened ??= { book: this.openRecord(require("./reserve-record.ts") as typeof Recording) };
    return this.#opened.book;
  }

  /** `isHoldAll`: there is no command, so that the ports are held is the whole news. */
  hear(event: ReserveEvent, isHoldAll: boolean): void {
    if (!this.#opened && event.kind === "held" && !isHoldAll) {
      this.#held = event;
      return;
    }
    if (!this.#opened && event.kind !== "held" && event.kind !== "started") return;
    const book = this.open();
    if (this.#held) book?.hear(this.#held);
    this.#held = undefined;
    book?.hear(event);
  }

  [Symbol.dispose](): void {
    this.#opened?.book?.close();
  }
}
