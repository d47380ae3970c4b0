import type { Address } from "./address.ts";
import type { Protocol } from "./endpoint.ts";

/** One port as a person asked for it: `8000`, `127.0.0.1:8000`, `8000-8010`, `0`, `53/udp`, `web=8000`. */
export interface PortRequest {
  /** The label of `web=8000`. */
  readonly name?: string;
  readonly protocol: Protocol;
  readonly hosts: readonly Address[] | "every";
  readonly ports: PortChoice;
  /** The port that the command believes it has: whoever asks for it gets this one. */
  readonly as?: number;
}

export type PortChoice =
  | { readonly kind: "one"; readonly port: number }
  /** The first free one, both ends included. */
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  /** The first of these that is free, as `pick` has them in order; `own` are those that our folder gets each time. */
  | { readonly kind: "first-of"; readonly among: readonly number[]; readonly own: readonly number[] }
  /** Whatever the system gives. */
  | { readonly kind: "any" };
