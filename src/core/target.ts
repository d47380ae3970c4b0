import type { Address } from "./address.ts";
import type { Protocol } from "./endpoint.ts";

/** What somebody wants to reach. Built by `parseTarget` only. */
export interface Target {
  /** As it was given. */
  readonly text: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Where; `this-machine` for a bare port: the ways that this machine's own clients take. */
  readonly host: TargetHost;
  /** What is spoken there; nothing where only a port was named. */
  readonly url?: TargetUrl;
}

export type TargetHost =
  | { readonly kind: "this-machine" }
  | { readonly kind: "name"; readonly name: string }
  /** `zone`: the interface as it was written behind `%`, a name or a number; the Os resolves it. */
  | { readonly kind: "address"; readonly address: Address; readonly zone?: string };

export interface TargetUrl {
  readonly scheme: "http" | "https" | "ws" | "wss";
  /** With the query, beginning with `/`. */
  readonly path: string;
}

/** What the conversation behind a connection is to be; `tcp`: connect and listen, say nothing. */
export type Probe = "tcp" | "http" | "tls" | "ws" | "mcp";

/** Who would connect: `here` is this machine. */
export type Vantage =
  | { readonly kind: "here" }
  | { readonly kind: "lan" }
  | { readonly kind: "internet" }
  | { readonly kind: "container" }
  /** `prefix`: 32 or 128 for one address. */
  | { readonly kind: "network"; readonly address: Address; readonly prefix: number };

export interface ReachRequest {
  readonly target: Target;
  /** Asked for with `--probe`; nothing: what the target itself says, and no more. */
  readonly probe?: Probe;
  readonly from: Vantage;
  /** Only this family (`-4`, `-6`). */
  readonly family?: 4 | 6;
  /** How long each single question may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The page that a browser would open it from (`--origin`): warns of what only a browser refuses. */
  readonly origin?: string;
}
