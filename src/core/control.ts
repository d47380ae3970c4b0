import type { RestartOutcome } from "./reserve-event.ts";

/** What a running reservation may be asked by another portguard of the same user. */
export type ControlRequest =
  | { readonly do: "restart" }
  /** Send the held sockets to whoever waits at this path, and keep them. */
  | { readonly do: "lend"; readonly landing: string }
  /** They have come: end, which is the answer. `pid` is who has them. */
  | { readonly do: "let-go"; readonly pid: number };

/** The answer to it; `refused` where it can't do that (another version, a hold without a command). */
export type ControlAnswer =
  | RestartOutcome
  | { readonly kind: "lent" }
  | { readonly kind: "refused"; readonly what: string };
