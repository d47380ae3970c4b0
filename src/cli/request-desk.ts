import type { ControlAnswer, ControlRequest } from "../core/control.ts";
import type { Abilities } from "../reserve/context.ts";

/** Does what others ask of a running reservation, as far as it can be done. */
export class RequestDesk {
  #abilities: Abilities | undefined;

  offer(abilities: Abilities): void {
    this.#abilities = abilities;
  }

  /** It came from outside: what this version doesn't know is refused. */
  async handle(request: ControlRequest): Promise<ControlAnswer> {
    if (request.do !== "restart") return { kind: "refused", what: "it does not know that request" };
    if (!this.#abilities) return { kind: "refused", what: "it has no command that could be restarted" };
    return this.#abilities.restart("asked");
  }
}
