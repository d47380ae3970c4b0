import { requireAddress } from "../../../src/core/address.ts";
import type {
  Certificate,
  Conversation,
  HttpAnswer,
  HttpTalk,
  TlsTalk,
} from "../../../src/reach/speak/conversation.ts";
import { endpointOf } from "./facts.ts";

/** What was said to 127.0.0.1:8000 as localhost, where nothing else is told. */
export function conversationOf(parts: Partial<Conversation> & { readonly at?: string }): Conversation {
  const { at = "127.0.0.1", ...rest } = parts;
  return { to: endpointOf(requireAddress(at)), host: "localhost", ...rest };
}

/** An HTTP answer; a healthy 200 OK of eleven bytes where nothing else is told. */
export function answered(overrides: Partial<HttpAnswer> = {}): HttpTalk {
  return { kind: "answered", answer: { ...OK, ...overrides } };
}

const OK: HttpAnswer = {
  version: "1.1",
  status: 200,
  reason: "OK",
  headers: [["content-type", "text/plain"]],
  body: "hello world",
  bodyEnd: "complete",
  received: 11,
  announced: 11,
  afterMs: 3,
};

export function talkFailed(kind: "closed" | "reset" | "silent"): Extract<HttpTalk, { kind: "failed" }> {
  return { kind: "failed", failure: { kind, afterMs: kind === "silent" ? 2000 : 2 } };
}

/** Bytes came that are no HTTP. */
export function malformed(start: string | Uint8Array): Extract<HttpTalk, { kind: "failed" }> {
  const bytes = typeof start === "string" ? new TextEncoder().encode(start) : start;
  return { kind: "failed", failure: { kind: "malformed", start: bytes } };
}

/** TLS with a certificate that is in order. */
export function secured(overrides: Partial<Certificate> = {}, distrusted?: string): TlsTalk {
  return {
    kind: "secured",
    version: "TLSv1.3",
    alpn: "http/1.1",
    certificate: { ...CERTIFICATE, ...overrides },
    ...(distrusted !== undefined && { distrusted }),
  };
}

const CERTIFICATE: Certificate = {
  subject: "CN=app.example",
  issuer: "CN=Example CA",
  names: ["app.example", "localhost"],
  notBefore: Date.UTC(2025, 0, 1),
  notAfter: Date.UTC(2035, 0, 1),
  coversHost: true,
};
