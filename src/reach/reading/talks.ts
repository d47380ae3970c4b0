import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence } from "../../core/finding.ts";
import { describeOwner } from "../words/describe.ts";
import { excerpt } from "../words/excerpt.ts";
import type { Facts, Listener } from "../facts.ts";
import type { ServerKind } from "../recognize/server.ts";
import type { Conversation, HttpAnswer, HttpTalk, TalkFailure } from "../speak/conversation.ts";
import { findServingAt } from "./tries.ts";

/** The part of the conversation that the target is about, and what was asked. */
export interface MainTalk {
  readonly talk: HttpTalk;
  /** `GET /health`, `initialize at /mcp`, `the WebSocket upgrade of /ws`. */
  readonly asked: string;
}

export function mainTalk({ more: { conversation }, request: { target } }: Facts): MainTalk | undefined {
  const path = excerpt(target.url?.path ?? "/");
  const { mcp, upgrade, http } = conversation ?? {};
  if (mcp) return { talk: mcp.initialize, asked: `\`initialize\` at ${path}` };
  if (upgrade) return { talk: upgrade, asked: `the WebSocket upgrade of ${path}` };
  return http && { talk: http, asked: `GET ${path}` };
}

/** What was asked where TLS failed; of it, only the ClientHello was sent for sure. */
export const HANDSHAKE = "the TLS handshake";

/** Why there was no answer at all, and to what: TLS comes before everything else. */
export function talkFailure(facts: Facts): { readonly failure: TalkFailure; readonly asked: string } | undefined {
  const tls = facts.more.conversation?.tls;
  if (tls?.kind === "failed") return { failure: tls.failure, asked: HANDSHAKE };
  const main = mainTalk(facts);
  return main?.talk.kind === "failed" ? { failure: main.talk.failure, asked: main.asked } : undefined;
}

export function answerOf(talk: HttpTalk | undefined): HttpAnswer | undefined {
  return talk?.kind === "answered" ? talk.answer : undefined;
}

/** The first header of this name, which is given in lower case. */
export function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

/** `404 Not Found`. */
export function describeStatus({ status, reason }: HttpAnswer): string {
  return excerpt(`${status} ${reason}`, 60);
}

/** Whether the request is about more than a connection. */
export function asksToSpeak({ request: { target, probe } }: Facts): boolean {
  return target.url !== undefined || (probe !== undefined && probe !== "tcp");
}

/** Who was spoken to: `uvicorn (pid 4711)` of this machine, `10.0.0.5:8000` elsewhere. */
export function describeSpeaker(facts: Facts, { to }: Conversation): string {
  const listener = listenerAt(facts, to);
  return listener && listener.owners.length > 0 ? describeOwner(listener) : formatEndpoint(to);
}

/** `uvicorn (pid 4711) takes the connection to 127.0.0.1:8000`; who is only known by the place is told once. */
export function describeTaking(who: string, to: Endpoint): string {
  const at = formatEndpoint(to);
  return who === at ? `${at} takes the connection` : `${who} takes the connection to ${at}`;
}

/** ` on 127.0.0.1:8000`, where that was not said already. */
export function onPlace(who: string, to: Endpoint): string {
  const at = formatEndpoint(to);
  return who === at ? "" : ` on ${at}`;
}

export function listenerAt(facts: Facts, to: Endpoint): Listener | undefined {
  return facts.isLocal ? findServingAt(facts, to)[0] : undefined;
}

/** Which server was spoken to, as far as its command line tells. */
export function speakerKinds(facts: Facts, { to }: Conversation): readonly ServerKind[] {
  return (listenerAt(facts, to)?.owners ?? []).map(({ server }) => server);
}

/** `127.0.0.1:8000 answered 403 Forbidden: Blocked request. …`. */
export function showAnswer({ to }: Conversation, answer: HttpAnswer, asked: string): Evidence {
  const body = excerpt(answer.body.replace(/<[^>]{0,200}>/g, " "), 120);
  return {
    what: `${formatEndpoint(to)} answered ${describeStatus(answer)} to ${asked}${body === "" ? "" : `: ${body}`}`,
    source: "HTTP",
  };
}
