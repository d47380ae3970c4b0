import { Bytes } from "./bytes.ts";
import { type Head, listValues } from "./head-reader.ts";
import { BODY_BYTES, HEAD_BYTES } from "./limits.ts";
import { LineReader } from "./line-reader.ts";

/** How the other side says where the body ends (RFC 9112, 6.3). */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

export function framingOf({ status, headers, isCut }: Head): Framing {
  if (isCut || status < 200 || status === 204 || status === 304) return { kind: "none" };
  const codings = listValues(headers, "transfer-encoding");
  if (codings.length > 0) return { kind: codings.at(-1)?.toLowerCase() === "chunked" ? "chunked" : "until-close" };
  const length = announcedLength(headers);
  if (length === undefined) return { kind: "until-close" };
  return length === 0 ? { kind: "none" } : { kind: "length", length };
}

/** What Content-Length says, where it says one thing. */
export function announcedLength(headers: Head["headers"]): number | undefined {
  const [length, ...others] = new Set(listValues(headers, "content-length"));
  if (length === undefined || others.length > 0 || !/^[0-9]{1,15}$/.test(length)) return undefined;
  return Number(length);
}

/** Reads a body, BODY_BYTES of it at most. */
export class BodyReader {
  /** `cut`: there is more of it than is read, or it breaks the rules of its framing. */
  state: "reading" | "complete" | "cut" = "reading";
  readonly #body = new Bytes(BODY_BYTES);
  readonly #lines = new LineReader();
  /** Of the body, or of the chunk: how much is still to come. */
  #missing = 0;
  #expects: "size" | "data" | "end-of-data" | "trailers";
  #overhead = 0;

  constructor(private readonly framing: Framing) {
    this.#expects = framing.kind === "chunked" ? "size" : "data";
    if (framing.kind === "none") this.state = "complete";
    if (framing.kind === "length") this.#missing = framing.length;
    if (framing.kind === "until-close") this.#missing = Infinity;
  }

  get kept(): Uint8Array {
    return this.#body.kept;
  }

  /** Takes what came, and answers the part of it that is body. */
  take(bytes: Uint8Array): Uint8Array {
    const before = this.kept.length;
    let taken = 0;
    while (this.state === "reading" && taken < bytes.length) {
      const rest = bytes.subarray(taken);
      taken += this.#expects === "data" ? this.#takeData(rest) : this.#takeLine(rest);
    }
    return this.kept.subarray(before);
  }

  #takeData(bytes: Uint8Array): number {
    const data = bytes.subarray(0, Math.min(this.#missing, BODY_BYTES - this.kept.length));
    this.#body.add(data);
    this.#missing -= data.length;
    if (this.#missing === 0) this.#endData();
    else if (this.kept.length >= BODY_BYTES) this.state = "cut";
    return data.length;
  }

  #endData(): void {
    if (this.framing.kind === "chunked") this.#expects = "end-of-data";
    else this.state = "complete";
  }

  /** The lines between the data: sizes, ends of chunks, trailers. */
  #takeLine(bytes: Uint8Array): number {
    const { taken, line } = this.#lines.take(bytes);
    this.#overhead += taken;
    if (line !== undefined) this.#readLine(line);
    if (this.state === "reading" && this.#overhead > HEAD_BYTES) this.state = "cut";
    return taken;
  }

  #readLine(line: string): void {
    if (this.#expects === "size") this.#readSize(line);
    else if (this.#expects === "end-of-data" && line === "") this.#expects = "size";
    else if (this.#expects === "end-of-data") this.state = "cut";
    else if (line === "") this.state = "complete";
  }

  #readSize(line: string): void {
    const size = /^[0-9a-fA-F]{1,12}(?=[ \t]*(?:;|$))/.exec(line)?.[0];
    if (size === undefined) this.state = "cut";
    else if (this.kept.length >= BODY_BYTES && Number.parseInt(size, 16) > 0) this.state = "cut";
    else [this.#missing, this.#expects] = sizeOf(Number.parseInt(size, 16));
  }
}

function sizeOf(size: number): [missing: number, expects: "data" | "trailers"] {
  return [size, size === 0 ? "trailers" : "data"];
}
