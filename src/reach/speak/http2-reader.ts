import { Bytes } from "./bytes.ts";
import type { HttpAnswer, HttpTalk } from "./conversation.ts";
import type { Head } from "./head-reader.ts";
import { unpackHeaders } from "./hpack.ts";
import { contentOf, FLAG, type Frame, FRAME, FrameReader } from "./http2-frames.ts";
import { STREAM } from "./http2-request.ts";
import { describeAnswer, failureOf, type IsEnough, isStream } from "./http-reader.ts";
import { BODY_BYTES, HEAD_BYTES, START_BYTES } from "./limits.ts";
import type { Ending } from "./receive.ts";
import { recognizeStart } from "./recognize-start.ts";

/** Reads the one answer on an HTTP/2 connection of ours. Never throws, and keeps no more than its limits. */
export class Http2Reader {
  /** `over`: the stream was ended in order; `given-up`: the other side ended it otherwise. */
  #state: "reading" | "over" | "given-up" | "foreign" = "reading";
  readonly #start = new Bytes(START_BYTES);
  readonly #frames = new FrameReader();
  readonly #block = new Bytes(HEAD_BYTES);
  readonly #body = new Bytes(BODY_BYTES);
  #head: Head | undefined;
  #headAfterMs = 0;
  /** Of everything but the body. */
  #overhead = 0;
  #isEnough = false;
  /** The stream ends with the block that is still to be continued. */
  #endsWithBlock = false;

  /** `onSettings`: the other side's settings are to be acknowledged. */
  constructor(
    private readonly wanted: IsEnough = () => false,
    private readonly onSettings: () => void = () => undefined,
  ) {}

  get body(): Uint8Array {
    return this.#body.kept;
  }

  /** Whether nothing more is needed. */
  take(bytes: Uint8Array, afterMs: number): boolean {
    this.#start.add(bytes);
    const kind = recognizeStart(this.#start.kept);
    if (kind !== "http/2" && kind !== "undecided") this.#state = "foreign";
    let taken = 0;
    while (!this.#isDone() && taken < bytes.length) {
      const next = this.#frames.take(bytes.subarray(taken));
      if (next === "broken") this.#state = "foreign";
      else {
        taken += next.taken;
        if (next.frame) this.#takeFrame(next.frame, afterMs);
      }
    }
    return this.#isDone();
  }

  /** What it was, now that nothing more comes. */
  conclude(ending: Ending, afterMs: number): HttpTalk {
    if (this.#head) {
      const bodyEnd = this.#bodyEnd(this.#head, ending);
      const answer = describeAnswer(this.#head, this.body, bodyEnd, this.#headAfterMs);
      return { kind: "answered", answer };
    }
    if (this.#state === "foreign") return { kind: "failed", failure: { kind: "malformed", start: this.#start.kept } };
    return { kind: "failed", failure: failureOf(this.#state === "reading" ? ending : { why: "closed" }, afterMs) };
  }

  #isDone(): boolean {
    return this.#state !== "reading" || this.#isEnough || this.#body.total >= BODY_BYTES;
  }

  #takeFrame(frame: Frame, afterMs: number): void {
    if (frame.type !== FRAME.data) this.#overhead += frame.payload.length + 1;
    if (this.#overhead > HEAD_BYTES) this.#state = "foreign";
    else if (frame.stream === STREAM) this.#takeOfStream(frame, afterMs);
    else if (frame.type === FRAME.goAway) this.#takeGoAway(frame);
    else if (frame.type === FRAME.settings && !(frame.flags & FLAG.ack)) this.onSettings();
  }

  #takeOfStream(frame: Frame, afterMs: number): void {
    if (frame.type === FRAME.reset) this.#state = "given-up";
    if (frame.type === FRAME.data) this.#takeData(frame);
    if (frame.type === FRAME.headers) this.#endsWithBlock = (frame.flags & FLAG.endStream) !== 0;
    if (frame.type === FRAME.headers || frame.type === FRAME.continuation) this.#takeBlock(frame, afterMs);
  }

  /** The other side hears no more; our request was heard where it is not beyond the last one that it names. */
  #takeGoAway({ payload }: Frame): void {
    const last = payload.length >= 4 ? Buffer.from(payload).readUInt32BE(0) & 0x7fff_ffff : 0;
    if (last < STREAM) this.#state = "given-up";
  }

  #takeData(frame: Frame): void {
    const data = contentOf(frame);
    if (!data || !this.#head) return void (this.#state = "foreign");
    const before = this.body.length;
    this.#body.add(data);
    const piece = this.body.subarray(before);
    if (piece.length > 0) this.#isEnough ||= this.wanted(this.#head, piece);
    // Empty frames cost the other side nothing, and must not go on for ever.
    if (data.length === 0) this.#overhead += 9;
    if (frame.flags & FLAG.endStream) this.#state = "over";
  }

  #takeBlock(frame: Frame, afterMs: number): void {
    const part = frame.type === FRAME.headers ? contentOf(frame) : frame.payload;
    if (!part) return void (this.#state = "foreign");
    this.#block.add(part);
    if (!(frame.flags & FLAG.endHeaders)) return;
    const headers = unpackHeaders(this.#block.kept);
    this.#block.clear();
    const status = Number(headers?.find(([name]) => name === ":status")?.[1]);
    if (!headers) this.#state = "foreign";
    // Trailers have no status, and what is only announced (1xx) is no answer.
    else if (!this.#head && status >= 200) this.#takeHead(status, headers, afterMs);
    if (this.#endsWithBlock && this.#state === "reading") this.#state = this.#head ? "over" : "foreign";
  }

  #takeHead(status: number, headers: Head["headers"], afterMs: number): void {
    const regular = headers.filter(([name]) => !name.startsWith(":"));
    this.#head = { version: "2", status, reason: "", headers: regular, isCut: false };
    this.#headAfterMs = afterMs;
    this.#isEnough = this.wanted(this.#head, new Uint8Array(0));
  }

  #bodyEnd({ headers }: Head, ending: Ending): HttpAnswer["bodyEnd"] {
    if (this.#state === "over") return this.#body.total === 0 ? "none" : "complete";
    if (this.#isEnough || this.#body.total >= BODY_BYTES) return "cut";
    if (this.#state === "foreign") return "cut";
    if (this.#state === "given-up" || ending.why !== "late") return "closed-early";
    return ending.quiet && !isStream(headers) ? "stalled" : "cut";
  }
}
