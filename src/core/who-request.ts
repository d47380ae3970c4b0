import type { Protocol } from "./endpoint.ts";

/** What `who` is asked. Without a protocol both are meant. */
export type WhoRequest = { readonly protocol?: Protocol } & (
  | { readonly kind: "port"; readonly port: number }
  | { readonly kind: "pid"; readonly pid: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "all" }
);
