import { Bytes } from "./bytes.ts";

/** The frames of HTTP/2 that matter here (RFC 9113, 6). */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7, windowUpdate: 8, continuation: 9 };
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 };

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** As large as a frame may be where nobody has agreed on more. */
export const FRAME_BYTES = 16_384;
const HEADER_BYTES = 9;

export function writeFrame({ type, flags, stream, payload }: Frame): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** Cuts what comes into frames. */
export class FrameReader {
  readonly #pending = new Bytes(HEADER_BYTES + FRAME_BYTES);

  /** Takes bytes up to the end of a frame: how many it took, and the frame; `broken` where one is too large. */
  take(bytes: Uint8Array): { readonly taken: number; readonly frame?: Frame } | "broken" {
    const ofHeader = this.#fill(bytes, HEADER_BYTES);
    const header = Buffer.from(this.#pending.kept.subarray(0, HEADER_BYTES));
    if (header.length < HEADER_BYTES) return { taken: ofHeader };
    const length = header.readUIntBE(0, 3);
    if (length > FRAME_BYTES) return "broken";
    const taken = ofHeader + this.#fill(bytes.subarray(ofHeader), HEADER_BYTES + length);
    if (this.#pending.kept.length < HEADER_BYTES + length) return { taken };
    const payload = this.#pending.kept.slice(HEADER_BYTES);
    this.#pending.clear();
    const [type, flags] = [header.readUInt8(3), header.readUInt8(4)];
    return { taken, frame: { type, flags, stream: header.readUInt32BE(5) & 0x7fff_ffff, payload } };
  }

  #fill(bytes: Uint8Array, upTo: number): number {
    const missing = bytes.subarray(0, Math.max(0, upTo - this.#pending.kept.length));
    this.#pending.add(missing);
    return missing.length;
  }
}

/** What is in a frame of headers or data, without its padding and priority; nothing where they don't fit. */
export function contentOf({ type, flags, payload }: Frame): Uint8Array | undefined {
  const padding = flags & FLAG.padded ? (payload[0] ?? 0) : 0;
  const before = (flags & FLAG.padded ? 1 : 0) + (type === FRAME.headers && flags & FLAG.priority ? 5 : 0);
  return before + padding > payload.length ? undefined : payload.subarray(before, payload.length - padding);
}
