import type { Endpoint } from "../../core/endpoint.ts";

/** What was said on one connection, each part only if it was asked. All text is cut: 64 KiB of a body, 200 headers of 8 KiB. */
export interface Conversation {
  readonly to: Endpoint;
  /** The name that was asked for (Host, SNI): as in the target. */
  readonly host: string;
  readonly tls?: TlsTalk;
  readonly http?: HttpTalk;
  /** The same question under `Host: localhost`, where the first was refused. */
  readonly otherHost?: HttpTalk;
  readonly upgrade?: HttpTalk;
  readonly mcp?: McpTalk;
}

/** Why there was no answer, in the terms of a connection. `malformed`: what came is not this protocol; `start` shows it. */
export type TalkFailure =
  | { readonly kind: "closed"; readonly afterMs: number }
  | { readonly kind: "reset"; readonly afterMs: number }
  | { readonly kind: "silent"; readonly afterMs: number }
  | { readonly kind: "malformed"; readonly start: Uint8Array }
  | { readonly kind: "not-connected"; readonly because: string };

export type TlsTalk =
  | {
      readonly kind: "secured";
      /** `TLSv1.3`. */
      readonly version: string;
      /** `h2`, `http/1.1`, or nothing. */
      readonly alpn?: string;
      readonly certificate?: Certificate;
      /** Why a client that checks would refuse it: the library's code, `SELF_SIGNED_CERT_IN_CHAIN`; nothing where it would not. */
      readonly distrusted?: string;
    }
  /** The other side answered our ClientHello in plain text: `start` is what it said. */
  | { readonly kind: "plain"; readonly start: Uint8Array }
  | { readonly kind: "refused"; readonly alert: string }
  | { readonly kind: "failed"; readonly failure: TalkFailure };

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses it stands for. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it stands for the host that was asked for. */
  readonly coversHost: boolean;
}

export type HttpTalk =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  /** A TLS alert or handshake came back for plain HTTP, or it was turned away and a TLS handshake was answered. */
  | { readonly kind: "tls" }
  | { readonly kind: "failed"; readonly failure: TalkFailure };

export interface HttpAnswer {
  /** `1.0`, `1.1`, `2`. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** Names in lower case, in order; repeated ones repeat. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The start of the body as text, cut at 4 KiB. */
  readonly body: string;
  /** `stalled`: the body stopped coming before its end. */
  readonly bodyEnd: "complete" | "cut" | "stalled" | "closed-early" | "none";
  /** Bytes of the body that came, and how many were announced. */
  readonly received: number;
  readonly announced?: number;
  /** Until the head was there, in milliseconds. */
  readonly afterMs: number;
}

export interface McpTalk {
  /** `streamable-http` or the older `sse`. */
  readonly transport: "streamable-http" | "sse";
  /** The answer to `initialize`; of `sse`, to its POST. */
  readonly initialize: HttpTalk;
  /**
   * The answer to `server/discover`, which revision 2026-07-28 has in the place of `initialize`; asked where that was
   * turned away by a server of it. It knows no sessions, and no stream by GET.
   */
  readonly discover?: HttpTalk;
  /** What it says it is, where it did. */
  readonly server?: { readonly name: string; readonly version: string; readonly protocol: string };
  readonly session: "given" | "none";
  /** The answer to a request under a session id that it never gave out. */
  readonly stale?: HttpTalk;
  /** The answer to GET with an Accept of text/event-stream; its head only. */
  readonly stream?: HttpTalk;
}

/** What to say, and to whom. */
export interface SpeakRequest {
  readonly to: Endpoint;
  /** For Host and SNI: the target's name, or its address. */
  readonly host: string;
  readonly probe: "http" | "tls" | "ws" | "mcp";
  readonly secure: boolean;
  /** With the query, beginning with `/`. */
  readonly path: string;
  /** The Origin that a browser would send. */
  readonly origin?: string;
  readonly timeoutMs: number;
}
