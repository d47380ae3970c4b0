import type { ControlAnswer, ControlRequest } from "../../core/control.ts";
import type { Abilities } from "../../reserve/context.ts";

/** Does what others ask of a running reservation, as far as it can be done. */
export class RequestDesk {
  #abilities: Abilities = {};
  #hasLent = false;

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
        await lend(request.landing);
        this.#hasLent = true;
        return { kind: "lent" };
      case "let-go":
        if (!letGo || !this.#hasLent) return refused("nobody has asked for its sockets");
        letGo(request.pid);
        // The end of this process is the answer: only then its name is free, too.
        return new Promise(() => {});
      case "keep":
        return refused("it is no pick");
    }
    return refused("it does not know that request");
  }
}

function refused(what: string): ControlAnswer {
  return { kind: "refused", what };
}
