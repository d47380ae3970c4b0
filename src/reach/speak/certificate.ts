import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Certificate } from "./conversation.ts";

/** As many names as anybody would read. */
const NAMES = 200;
const TEXT = 1024;

/** What a certificate says; nothing where there is none. */
export function readCertificate(peer: PeerCertificate | undefined, host: string): Certificate | undefined {
  if (!peer?.valid_from) return undefined;
  return {
    subject: describeName(peer.subject),
    issuer: describeName(peer.issuer),
    names: namesOf(peer.subjectaltname ?? ""),
    notBefore: Date.parse(peer.valid_from),
    notAfter: Date.parse(peer.valid_to),
    coversHost: covers(peer, host),
  };
}

/** `CN=localhost, O=Example`. */
function describeName(name: PeerCertificate["subject"] | undefined): string {
  const parts = Object.entries(name ?? {}).flatMap(([key, value]) => [value].flat().map((each) => `${key}=${each}`));
  return parts.join(", ").slice(0, TEXT);
}

/** `DNS:localhost, IP Address:127.0.0.1`; a name with a comma in it is a JSON string there. */
export function namesOf(subjectAltName: string): readonly string[] {
  const parts = subjectAltName.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  const names = parts.map((part) => /^\s*(?:DNS|IP Address):(.*)$/s.exec(part)?.[1]);
  return names.flatMap((name) => (name === undefined ? [] : [name.trim().slice(0, TEXT)])).slice(0, NAMES);
}

function covers(peer: PeerCertificate, host: string): boolean {
  try {
    return checkServerIdentity(host, peer) === undefined;
  } catch {
    // A certificate may hold what the library refuses to read.
    return false;
  }
}
