import type { Reply } from "./ask-over.ts";
import type { SpeakRequest } from "./conversation.ts";
import { EventReader, type ServerEvent } from "./event-reader.ts";
import type { Headers } from "./head-reader.ts";
import { type IsEnough, isStream } from "./http-reader.ts";
import { type McpAnswer, readAnswers } from "./mcp-messages.ts";
import { authorityOf, originHeader, type Question } from "./question.ts";

/** A POST of one message. */
export function postOf(request: SpeakRequest, body: string, headers: Headers = []): Question {
  const accept: Headers = [
    ["content-type", "application/json"],
    ["accept", "application/json, text/event-stream"],
  ];
  return {
    ...baseOf(request),
    method: "POST",
    headers: [...accept, ...originHeader(request.origin), ...headers],
    body,
  };
}

/** A GET of the stream. */
export function streamOf(request: SpeakRequest, headers: Headers = []): Question {
  const accept: Headers = [["accept", "text/event-stream"]];
  return { ...baseOf(request), method: "GET", headers: [...accept, ...originHeader(request.origin), ...headers] };
}

export function deleteOf(request: SpeakRequest, headers: Headers): Question {
  return { ...baseOf(request), method: "DELETE", headers: [...originHeader(request.origin), ...headers] };
}

function baseOf(request: SpeakRequest): Pick<Question, "path" | "authority"> {
  return { path: request.path, authority: authorityOf(request.host, request) };
}

export const HEAD_ONLY: IsEnough = () => true;

/** Reads events as they come, until one of them is enough. */
export function untilEvent(isLast: (event: ServerEvent) => boolean): IsEnough {
  const events = new EventReader();
  return (head, piece) => isStream(head.headers) && events.take(piece).some(isLast);
}

/** Where an answer is in an event, no more is needed: the stream may stay open for good. */
export function untilAnswer(id: number): IsEnough {
  return untilEvent(({ data }) => readAnswers(data).some((answer) => answer.id === id));
}

/** The answer to this request in what came, as JSON or as an event; one that names no request counts too. */
export function findAnswer({ talk, body }: Reply, id: number): McpAnswer | undefined {
  if (talk.kind !== "answered") return undefined;
  const text = new TextDecoder().decode(body);
  const isEvents = isStream(talk.answer.headers);
  const answers = isEvents ? new EventReader().take(body).flatMap(({ data }) => readAnswers(data)) : readAnswers(text);
  return answers.find((answer) => answer.id === id) ?? answers.find((answer) => answer.id === null);
}
