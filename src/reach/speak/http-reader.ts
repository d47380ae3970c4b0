import type { HttpAnswer, HttpTalk } from "./conversation.ts";
import { announcedLength, BodyReader, framingOf } from "./body-reader.ts";
import { type Head, HeadReader, listValues } from "./head-reader.ts";
import { SHOWN_BYTES } from "./limits.ts";
import type { Ending } from "./receive.ts";
import { recognizeStart } from "./recognize-start.ts";

/** Whether what is there of an answer is all that was wanted. Asked with its head, and with each piece of its body. */
export type IsEnough = (head: Head, piece: Uint8Array) => boolean;

/** Reads one HTTP/1 answer out of whatever comes. Never throws, and keeps no more than its limits. */
export class HttpReader {
  readonly #heads = new HeadReader();
  #body: BodyReader | undefined;
  #isEnough = false;
  #headAfterMs = 0;

  constructor(private readonly wanted: IsEnough = () => false) {}

  /** What came of the body, as far as it is kept. */
  get body(): Uint8Array {
    return this.#body?.kept ?? new Uint8Array(0);
  }

  /** Whether nothing more is needed. */
  take(bytes: Uint8Array, afterMs: number): boolean {
    const taken = this.#heads.take(bytes);
    const { head } = this.#heads;
    if (!head) return this.#heads.state === "foreign";
    if (!this.#body) {
      this.#headAfterMs = afterMs;
      this.#body = new BodyReader(framingOf(head));
      this.#isEnough = this.wanted(head, new Uint8Array(0));
    }
    const piece = this.#body.take(bytes.subarray(taken));
    if (piece.length > 0 && !this.#isEnough) this.#isEnough = this.wanted(head, piece);
    return this.#isEnough || this.#body.state !== "reading";
  }

  /** What it was, now that nothing more comes. */
  conclude(ending: Ending, afterMs: number): HttpTalk {
    const { head, start, state } = this.#heads;
    if (head && this.#body) {
      const bodyEnd = endOfBody(head, this.#body, ending);
      return { kind: "answered", answer: describeAnswer(head, this.body, bodyEnd, this.#headAfterMs) };
    }
    if (recognizeStart(start) === "tls") return { kind: "tls" };
    if (state === "foreign") return { kind: "failed", failure: { kind: "malformed", start } };
    return { kind: "failed", failure: failureOf(ending, afterMs) };
  }
}

/** An answer with the start of its body as text. */
export function describeAnswer(
  { version, status, reason, headers }: Head,
  body: Uint8Array,
  bodyEnd: HttpAnswer["bodyEnd"],
  afterMs: number,
): HttpAnswer {
  const announced = announcedLength(headers);
  return {
    version,
    status,
    reason,
    headers,
    body: new TextDecoder().decode(body.subarray(0, SHOWN_BYTES)),
    bodyEnd,
    received: body.length,
    ...(announced !== undefined && { announced }),
    afterMs,
  };
}

function endOfBody(head: Head, { state, kept }: BodyReader, ending: Ending): HttpAnswer["bodyEnd"] {
  const { kind } = framingOf(head);
  if (head.isCut || state === "cut") return "cut";
  if (kind === "none") return "none";
  if (state === "complete") return "complete";
  switch (ending.why) {
    case "enough":
      return "cut";
    case "late":
      return ending.quiet && kind !== "until-close" && !isStream(head.headers) ? "stalled" : "cut";
    case "closed":
      return kind === "until-close" ? (kept.length === 0 ? "none" : "complete") : "closed-early";
    case "broken":
      return "closed-early";
  }
}

/** Whether pauses are part of what it is. */
export function isStream(headers: Head["headers"]): boolean {
  return listValues(headers, "content-type").some((type) => type.toLowerCase().startsWith("text/event-stream"));
}

/** No answer came: in what way. */
export function failureOf(ending: Ending, afterMs: number): Exclude<HttpTalk, { kind: "answered" | "tls" }>["failure"] {
  switch (ending.why) {
    case "enough":
    case "late":
      return { kind: "silent", afterMs };
    case "closed":
      return { kind: "closed", afterMs };
    case "broken":
      // The system gave the connection up: nothing came, not even a reset.
      return { kind: ending.code === "ETIMEDOUT" ? "silent" : "reset", afterMs };
  }
}
