import type { RestartOutcome } from "./reserve-event.ts";

/** What a running reservation may be asked by another portguard of the same user. */
export type ControlRequest = { readonly do: "restart" };

/** The answer to it; `refused` where it can't do that (another version, a hold without a command). */
export type ControlAnswer = RestartOutcome | { readonly kind: "refused"; readonly what: string };
