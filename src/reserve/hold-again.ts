import type { Os } from "../core/os.ts";
import type { HeldRequest } from "./acquire.ts";

/** Holds ports again that were let go of, as far as they can be had at this moment. */
export function holdAgain(os: Pick<Os, "hold">, held: readonly HeldRequest[]): Disposable {
  const holds = held.flatMap(({ request: { hosts, protocol }, hold: { port } }) => {
    const outcome = os.hold({ protocol, port, hosts });
    return outcome.kind === "held" ? [outcome.hold] : [];
  });
  return {
    [Symbol.dispose]: () => {
      for (const hold of holds) hold.release();
    },
  };
}
