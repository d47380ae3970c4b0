import type { ControlAnswer, ControlRequest } from "../../core/control.ts";
import type { Abilities } from "../../reserve/context.ts";

/** Who was lent the sockets has them in a moment, or is gone. */
const CROSSING_MS = 5000;
const BUSY = "another one is taking it over";

/** Does what others ask of a running reservation, as far as it can be done. */
export class RequestDesk {
  #abilities: Abilities = {};
  #lent: { readonly pid: number; readonly at: number } | undefined;

  offer(abilities: Abilities): void {
    this.#abilities = abilities;
  }

  /** It came from outside: what this version doesn't know is refused. */
  async handle(request: ControlRequest): Promise<ControlAnswer> {
    const { restart, lend, letGo } = this.#abilities;
    switch (request.do) {
      case "restart":
        return restart ? restart("asked") : refused("it has no command that could be restarted");
      case "lend":
        if (!lend) return refused("it does not only hold its ports, it runs a command on them");
        if (this.#isTakenBut(request.pid)) return refused(BUSY);
        this.#lent = { pid: request.pid, at: performance.now() };
        await lend(request.landing);
        return { kind: "lent" };
      case "let-go":
        if (!letGo || !this.#lent) return refused("nobody has asked for its sockets");
        if (this.#lent.pid !== request.pid) return refused(BUSY);
        // Nobody else is let in from here on.
        this.#lent = { pid: request.pid, at: Number.POSITIVE_INFINITY };
        letGo(request.pid);
        // The end of this process is the answer: only then its name is free, too.
        return new Promise(() => {});
      case "keep":
        return refused("it is no pick");
    }
    return refused("it does not know that request");
  }

  /** Whether somebody else than this process is taking the sockets over. */
  #isTakenBut(pid: number): boolean {
    return this.#lent !== undefined && this.#lent.pid !== pid && performance.now() - this.#lent.at < CROSSING_MS;
  }
}

function refused(what: string): ControlAnswer {
  return { kind: "refused", what };
}
