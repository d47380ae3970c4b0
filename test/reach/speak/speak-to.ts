import { requireAddress } from "../../../src/core/address.ts";
import type { Conversation, HttpAnswer, HttpTalk, SpeakRequest } from "../../../src/reach/speak/conversation.ts";
import { converse } from "../../../src/reach/speak/converse.ts";

/** Long enough for a busy machine: what is to answer, answers. */
const PATIENT_MS = 20_000;

export type Said = Partial<Omit<SpeakRequest, "to">> & { readonly address?: string };

export function requestFor(port: number, { address = "127.0.0.1", ...said }: Said = {}): SpeakRequest {
  return {
    to: { protocol: "tcp", address: requireAddress(address), port, dual: false },
    host: "localhost",
    probe: "http",
    secure: false,
    path: "/",
    timeoutMs: PATIENT_MS,
    ...said,
  };
}

export function speakTo(port: number, said?: Said): Promise<Conversation> {
  return converse(requestFor(port, said));
}

/** The answer, which must be one. */
export function answerOf(talk: HttpTalk | undefined): HttpAnswer {
  if (talk?.kind !== "answered") throw new Error(`no answer, but ${Bun.inspect(talk)}`);
  return talk.answer;
}

export function headerOf(talk: HttpTalk | undefined, name: string): readonly string[] {
  return answerOf(talk).headers.flatMap(([each, value]) => (each === name ? [value] : []));
}

/** What was said instead of an answer, as text. */
export function startOf(talk: HttpTalk | undefined): string {
  const failure = talk?.kind === "failed" ? talk.failure : undefined;
  if (failure?.kind !== "malformed") throw new Error(`not malformed, but ${Bun.inspect(talk)}`);
  return Buffer.from(failure.start).toString("latin1");
}
