import type { PickAnswer, PickTerm, PortPick } from "./port-pick.ts";
import type { RestartOutcome } from "./reserve-event.ts";

/** What a running reservation may be asked by another portguard of the same user. */
export type ControlRequest =
  | { readonly do: "restart" }
  /** Send the held sockets to whoever waits at this path, and keep them; of a pick, those of one port. */
  | { readonly do: "lend"; readonly landing: string; readonly pid: number; readonly port?: number }
  /** They have come: end, which is the answer; a pick lets go of this port, and says so. `pid` is who has them. */
  | { readonly do: "let-go"; readonly pid: number; readonly port?: number }
  /** Of a pick: keep these, further ones and those that are kept already. */
  | { readonly do: "keep"; readonly pick: PortPick; readonly term: PickTerm };

/** The answer to it; `refused` where it can't do that (another version, a hold without a command). */
export type ControlAnswer =
  | RestartOutcome
  | PickAnswer
  | { readonly kind: "lent" }
  | { readonly kind: "let-go" }
  | { readonly kind: "refused"; readonly what: string };
