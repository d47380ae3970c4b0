import { Bytes } from "./bytes.ts";
import { HEAD_BYTES, HEADERS, LINE_BYTES, START_BYTES } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { recognizeStart } from "./recognize-start.ts";

export type Headers = readonly (readonly [name: string, value: string])[];

export interface Head {
  /** `1.1`. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: Headers;
  /** There was more of it than is read: where its body begins is not known. */
  readonly isCut: boolean;
}

/** Reads the head of an answer, past those that only announce it (1xx). Never throws, never keeps more than its limits. */
export class HeadReader {
  /** `foreign`: what comes is not HTTP/1. */
  state: "reading" | "complete" | "foreign" = "reading";
  /** How many bytes it has looked at. */
  length = 0;
  readonly #start = new Bytes(START_BYTES);
  readonly #lines = new LineReader();
  #status: Omit<Head, "headers" | "isCut"> | undefined;
  #headers: [name: string, value: string][] = [];
  #isCut = false;

  /** The first bytes that came. */
  get start(): Uint8Array {
    return this.#start.kept;
  }

  /** Once it is complete. */
  get head(): Head | undefined {
    if (this.state !== "complete" || !this.#status) return undefined;
    return { ...this.#status, headers: this.#headers, isCut: this.#isCut };
  }

  /** Takes bytes up to the end of the head, and answers how many it took. */
  take(bytes: Uint8Array): number {
    if (this.state !== "reading") return 0;
    this.#start.add(bytes);
    const kind = recognizeStart(this.start);
    if (kind !== "http/1" && kind !== "undecided") this.state = "foreign";
    let taken = 0;
    while (this.state === "reading" && taken < bytes.length) taken += this.#takeLine(bytes.subarray(taken));
    return taken;
  }

  #takeLine(bytes: Uint8Array): number {
    const { taken, line } = this.#lines.take(bytes.subarray(0, HEAD_BYTES - this.length));
    this.length += taken;
    if (line !== undefined) this.#readLine(line);
    if (this.state === "reading" && this.length >= HEAD_BYTES) this.#stopHere();
    return taken;
  }

  #stopHere(): void {
    this.#isCut = true;
    this.state = this.#status && !this.#isAnnouncement() ? "complete" : "foreign";
  }

  #readLine(line: string): void {
    if (!this.#status) this.#readStatus(line);
    else if (line === "") this.#endHead();
    else if (line.startsWith(" ") || line.startsWith("\t")) this.#continueHeader(line);
    else this.#readHeader(line);
  }

  #readStatus(line: string): void {
    const [, version, status, reason = ""] = /^HTTP\/([0-9](?:\.[0-9])?) +([0-9]{3})(?: (.*))?$/s.exec(line) ?? [];
    if (version === undefined) this.state = "foreign";
    else this.#status = { version, status: Number(status), reason };
  }

  #endHead(): void {
    if (this.#isAnnouncement()) [this.#status, this.#headers] = [undefined, []];
    else this.state = "complete";
  }

  /** Whether the answer itself is still to come; 101 is one: what follows it is no HTTP. */
  #isAnnouncement(): boolean {
    const { status } = this.#status ?? { status: 0 };
    return status >= 100 && status < 200 && status !== 101;
  }

  #readHeader(line: string): void {
    const colon = line.indexOf(":");
    if (colon <= 0 || this.#headers.length >= HEADERS) return;
    this.#headers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }

  /** The old way to break a header into several lines (RFC 9112, 5.2). */
  #continueHeader(line: string): void {
    const last = this.#headers.at(-1);
    if (last) last[1] = `${last[1]} ${line.trim()}`.slice(0, LINE_BYTES);
  }
}

/** The values of a header, comma-separated lists taken apart. */
export function listValues(headers: Headers, name: string): readonly string[] {
  const values = headers.filter(([each]) => each === name).flatMap(([, value]) => value.split(","));
  return values.map((value) => value.trim()).filter((value) => value !== "");
}
