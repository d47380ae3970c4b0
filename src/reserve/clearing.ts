import { PortHeldError } from "../core/port-held-error.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import type { ReserveContext } from "./context.ts";
import { explainHeld, type StillHeld } from "./still-held.ts";

/** Has whoever holds a port stopped, as `--if-held` asks: once for each port, as whoever comes next has got it rightly. */
export class Clearing {
  readonly #done = new Set<number>();

  constructor(
    private readonly request: ReserveRequest,
    private readonly context: Pick<ReserveContext, "os" | "emit" | "clear">,
  ) {}

  /** Whether it is worth another try at once. Throws PORT_HELD where the holder is not to be stopped, and why. */
  async tryFor(held: StillHeld): Promise<boolean> {
    const { os, emit, clear } = this.context;
    const { port, request } = held;
    if (!clear || this.#done.has(port)) return false;
    this.#done.add(port);
    const cleared = await clear({ protocol: request.protocol, port, hosts: request.hosts });
    switch (cleared.kind) {
      case "nobody":
        return false;
      case "cleared":
        emit({ kind: "cleared", port, stopped: cleared.stopped });
        return true;
      case "refused": {
        const { holders, reservation } = explainHeld(held, this.request, os);
        throw new PortHeldError(port, holders, `${cleared.because}; ${cleared.hint}`, reservation);
      }
    }
  }
}
