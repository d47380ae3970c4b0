import type { QueueRule, TreeEvent } from "../../core/os.ts";
import type { FromGuard } from "./guard-protocol.ts";

/** A guard that the watching thread is told of. The thread never closes its control socket. */
export interface GuardOrder {
  readonly generation: number;
  readonly control: number;
  readonly pid: number;
}

/** A further guard to watch. */
export interface WatchGuardOrder {
  readonly do: "watch";
  readonly guard: GuardOrder;
}

/** What every generation's sockets are about (see `Nursery.keepQueue` and `Tree.leave`). */
export type QueueOrder =
  | { readonly do: "keep"; readonly rule?: QueueRule }
  | { readonly do: "leave"; readonly generation: number };

/** What the watching thread tells: a guard's own words, what happens to the trees, and that it has done with a guard. */
export type WatchReport =
  | { readonly from: "guard"; readonly generation: number; readonly message: FromGuard }
  | { readonly from: "tree"; readonly event: TreeEvent }
  | { readonly from: "thread"; readonly gone: number };
