import type { Endpoint } from "../../core/endpoint.ts";
import type { Facts } from "../facts.ts";
import { isWebServer } from "../recognize/server.ts";
import type { Conversation, SpeakRequest } from "../speak/conversation.ts";

/** What decides how the other side may be spoken to. */
type Spoken = Pick<Facts, "request" | "attempts" | "listeners">;

/**
 * Speaks to the first address that took a connection, as far as the request allows: a URL in its own scheme, a bare port
 * only where its owner is known to be a web server, and anything that `--probe` asks for.
 */
export async function converseWith(facts: Spoken): Promise<Conversation | undefined> {
  const to = facts.attempts.find(({ outcome }) => outcome.kind === "connected")?.to;
  const speech = to && chooseSpeech(facts);
  if (!to || !speech) return undefined;
  const { converse } = await import("../speak/converse.ts");
  return converse({ ...speech, ...addressee(facts, to) });
}

type Speech = Pick<SpeakRequest, "probe" | "secure" | "path">;

function chooseSpeech({ request: { target, probe }, listeners }: Spoken): Speech | undefined {
  const { url } = target;
  const secure = url?.scheme === "https" || url?.scheme === "wss";
  const path = url?.path ?? "/";
  if (probe !== undefined) return probe === "tcp" ? undefined : { probe, secure: secure || probe === "tls", path };
  if (url) return { probe: probeOf(url.scheme, path), secure, path };
  const owners = listeners.flatMap((listener) => listener.owners);
  return owners.some(({ server }) => isWebServer(server)) ? { probe: "http", secure: false, path } : undefined;
}

function probeOf(scheme: "http" | "https" | "ws" | "wss", path: string): SpeakRequest["probe"] {
  if (scheme === "ws" || scheme === "wss") return "ws";
  return /^\/(?:mcp|sse)\/?(?:\?|$)/.test(path) ? "mcp" : "http";
}

function addressee(
  { request: { target, origin, timeoutMs } }: Spoken,
  to: Endpoint,
): Pick<SpeakRequest, "to" | "host" | "origin" | "timeoutMs"> {
  const { host } = target;
  const name = host.kind === "name" ? host.name : to.address.text;
  return { to, host: name, timeoutMs, ...(origin !== undefined && { origin }) };
}
