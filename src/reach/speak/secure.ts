import { isIP } from "node:net";
import { connect, getCACertificates, type TLSSocket } from "node:tls";
import { readCertificate } from "./certificate.ts";
import type { TlsTalk } from "./conversation.ts";
import type { Deadline } from "./deadline.ts";
import { failureOf } from "./http-reader.ts";
import { codeOf, type Ending } from "./receive.ts";
import type { Tap } from "./tap.ts";
import { alertOfCode, alertOfRecord } from "./tls-alerts.ts";

export type Protocols = readonly ("h2" | "http/1.1")[];

export interface Secured {
  readonly talk: TlsTalk;
  /** What to speak over, where it was secured. */
  readonly stream?: TLSSocket;
}

/** A TLS handshake, whatever the certificate is worth. */
export async function secure(tap: Tap, host: string, protocols: Protocols, deadline: Deadline): Promise<Secured> {
  const socket = connect({
    socket: tap,
    rejectUnauthorized: false,
    ALPNProtocols: [...protocols],
    ca: trusted(),
    ...(isIP(host) === 0 && { servername: host.replace(/\.$/, "") }),
  });
  const ending = await handshake(socket, deadline);
  if (ending !== "secured") {
    socket.destroy();
    return { talk: explain(ending, tap, deadline.passedMs) };
  }
  return { talk: describe(socket, host), stream: socket };
}

function handshake(socket: TLSSocket, deadline: Deadline): Promise<"secured" | Ending> {
  const { promise, resolve } = Promise.withResolvers<"secured" | Ending>();
  const timer = setTimeout(() => resolve({ why: "late", quiet: false }), deadline.leftMs);
  void promise.then(() => clearTimeout(timer));
  socket.on("error", (error) => resolve({ why: "broken", code: codeOf(error) }));
  socket.once("end", () => resolve({ why: "closed" })).once("close", () => resolve({ why: "closed" }));
  socket.once("secureConnect", () => resolve("secured"));
  return promise;
}

function describe(socket: TLSSocket, host: string): TlsTalk {
  const certificate = readCertificate(socket.getPeerCertificate(), host);
  const { alpnProtocol, authorizationError } = socket;
  return {
    kind: "secured",
    version: socket.getProtocol() ?? "unknown",
    ...(alpnProtocol && { alpn: alpnProtocol }),
    ...(certificate && { certificate }),
    // The types know it as an Error; it is the code alone, or an error that has it.
    ...(authorizationError && { distrusted: codeOf(authorizationError) }),
  };
}

function explain(ending: Ending, { start, brokenBy }: Tap, afterMs: number): TlsTalk {
  const [first] = start;
  if (first !== undefined && !isRecord(first)) return { kind: "plain", start };
  const code = ending.why === "broken" ? ending.code : "";
  const alert = alertOfRecord(start) ?? alertOfCode(code);
  if (alert !== undefined) return { kind: "refused", alert };
  if (code.startsWith("ERR_SSL_")) return { kind: "failed", failure: { kind: "malformed", start } };
  if (ending.why === "late") return { kind: "failed", failure: failureOf(ending, afterMs) };
  // The library says "reset" of a connection that was ended in order, too.
  const real: Ending = brokenBy === undefined ? { why: "closed" } : { why: "broken", code: brokenBy };
  return { kind: "failed", failure: failureOf(real, afterMs) };
}

/** The types of TLS records: change of cipher, alert, handshake, data. */
function isRecord(first: number): boolean {
  return first >= 20 && first <= 23;
}

let authorities: string[] | undefined;

/** Whom a client of this machine may trust: what came with us, and what was added to the system (mkcert's, a company's). */
function trusted(): string[] {
  authorities ??= [...new Set([...getCACertificates("default"), ...systemAuthorities()])];
  return authorities;
}

function systemAuthorities(): readonly string[] {
  try {
    return getCACertificates("system");
  } catch {
    return [];
  }
}
