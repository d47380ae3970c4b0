import { unpack } from "./huffman.ts";
import { HEADERS, LINE_BYTES } from "./limits.ts";
import type { Headers } from "./head-reader.ts";

/** The headers that have a number (RFC 7541, appendix A), from 1 on. */
const NUMBERED: readonly (readonly [name: string, value?: string])[] = [
  [":authority"],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  ...["200", "204", "206", "304", "400", "404", "500"].map((status) => [":status", status] as const),
  ["accept-charset"],
  ["accept-encoding", "gzip, deflate"],
  ...(
    "accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control " +
    "content-disposition content-encoding content-language content-length content-location content-range " +
    "content-type cookie date etag expect expires from host if-match if-modified-since if-none-match if-range " +
    "if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range " +
    "referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via " +
    "www-authenticate"
  )
    .split(" ")
    .map((name) => [name] as const),
];

/** Headers as a client may always write them: by name, unpacked, and not to be remembered. */
export function packHeaders(headers: Headers): Uint8Array {
  return Buffer.concat(headers.flatMap(([name, value]) => [Uint8Array.of(0), packText(name), packText(value)]));
}

function packText(text: string): Uint8Array {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([packLength(bytes.length), bytes]);
}

/** With a prefix of 7 bits (RFC 7541, 5.1). */
function packLength(length: number): Uint8Array {
  if (length < 127) return Uint8Array.of(length);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest = rest >> 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}

/**
 * The headers of a block, HEADERS of them at most; nothing where it breaks the rules. Nothing is remembered from one block
 * to the next: we tell the other side that our table has no room.
 */
export function unpackHeaders(block: Uint8Array): Headers | undefined {
  const headers: (readonly [name: string, value: string])[] = [];
  const reader = new BlockReader(block);
  while (!reader.isAtEnd && headers.length < HEADERS) {
    const header = reader.takeHeader();
    if (header === "broken") return undefined;
    if (header) headers.push([header[0].slice(0, LINE_BYTES), header[1].slice(0, LINE_BYTES)]);
  }
  return headers;
}

const LARGEST = 2 ** 24;

class BlockReader {
  #at = 0;

  constructor(private readonly block: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#at >= this.block.length;
  }

  /** One header; nothing for a change of the table's size. */
  takeHeader(): readonly [name: string, value: string] | "broken" | undefined {
    const kind = this.block[this.#at]!;
    if (kind >= 128) return this.#takeNumbered();
    if (kind >= 64) return this.#takeNamed(6);
    if (kind < 32) return this.#takeNamed(4);
    return this.#takeNumber(5) === undefined ? "broken" : undefined;
  }

  #takeNumbered(): readonly [name: string, value: string] | "broken" {
    const [name, value = ""] = NUMBERED[(this.#takeNumber(7) ?? 0) - 1] ?? [];
    return name === undefined ? "broken" : [name, value];
  }

  #takeNamed(prefix: number): readonly [name: string, value: string] | "broken" {
    const number = this.#takeNumber(prefix);
    const name = number === 0 ? this.#takeText() : NUMBERED[(number ?? 0) - 1]?.[0];
    const value = this.#takeText();
    return name === undefined || value === undefined ? "broken" : [name, value];
  }

  #takeText(): string | undefined {
    const isPacked = (this.block[this.#at] ?? 0) >= 128;
    const length = this.#takeNumber(7);
    if (length === undefined || this.#at + length > this.block.length) return undefined;
    const bytes = this.block.subarray(this.#at, this.#at + length);
    this.#at += length;
    return isPacked ? unpack(bytes) : Buffer.from(bytes).toString("latin1");
  }

  /** A number whose first bits are the last of this byte (RFC 7541, 5.1). */
  #takeNumber(prefix: number): number | undefined {
    const first = this.block[this.#at++];
    if (first === undefined) return undefined;
    const full = 2 ** prefix - 1;
    let number = first & full;
    if (number < full) return number;
    for (let shift = 0; number < LARGEST; shift += 7) {
      const next = this.block[this.#at++];
      if (next === undefined) return undefined;
      number += (next & 127) * 2 ** shift;
      if (next < 128) return number;
    }
    return undefined;
  }
}
