import type { Os } from "../core/os.ts";
import type { ReserveEvent, RestartMode } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import type { Generation } from "./generation.ts";

/** What generations follow each other with. */
export interface SuccessionOptions {
  readonly os: Pick<Os, "exclusivesOf">;
  readonly emit: (event: ReserveEvent) => void;
  readonly request: ReserveRequest;
  /** The mode of restarts, unless it turns out not to work. */
  readonly mode: RestartMode;
  /** Whether clients are refused between two generations: the ports are let go of. */
  readonly mayRefuse: boolean;
  /** Starts the command once more. Throws PortguardError. */
  readonly launch: (generation: number) => Promise<Generation>;
  /** Keeps the ports from others while no generation has them, until it is disposed of. */
  readonly holdMeanwhile: () => Disposable;
  /** Whether clients wait while no generation serves. */
  readonly keepQueue: (on: boolean) => void;
}
