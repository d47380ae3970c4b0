import { Bytes } from "./bytes.ts";
import { LINE_BYTES } from "./limits.ts";

const LF = 10;

/** Cuts what comes into lines, by CR LF or LF alone. Of a line that is longer than LINE_BYTES only its start is kept. */
export class LineReader {
  readonly #line = new Bytes(LINE_BYTES);

  /** Takes bytes up to the end of the line: how many it took, and the line, where its end was among them. */
  take(bytes: Uint8Array): { readonly taken: number; readonly line?: string } {
    const end = bytes.indexOf(LF);
    this.#line.add(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) return { taken: bytes.length };
    const line = Buffer.from(this.#line.kept).toString("latin1");
    this.#line.clear();
    return { taken: end + 1, line: line.endsWith("\r") ? line.slice(0, -1) : line };
  }
}
