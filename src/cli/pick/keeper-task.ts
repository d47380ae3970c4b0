import type { PickAnswer, PickTerm, PortPick } from "../../core/port-pick.ts";

/** What a process that keeps ports is told: one line of JSON on its stdin. */
export interface KeeperTask {
  readonly pick: PortPick;
  readonly term: PickTerm;
  /** Whoever serves here may take the ports over; nothing: the folder is gone. */
  readonly folder?: string;
  /** Where the pick was made. */
  readonly directory: string;
  /** The record's name, where no second one may keep the same ports; nothing: any name. */
  readonly name?: string;
}

/** What it answers on its stdout, in one line. */
export type KeeperAnswer =
  /** `unrecorded`: why others can't find it. */
  | (PickAnswer & { readonly unrecorded?: string })
  /** Somebody has the name, and is to be asked. */
  | { readonly kind: "taken" };
