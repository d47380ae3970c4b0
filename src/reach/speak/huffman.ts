/**
 * How many bits the code of each byte has, and last that of the end (RFC 7541, appendix B). The codes follow from it: those
 * of one length are consecutive, in the order of the bytes, and the shorter come first.
 */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END = LENGTHS.length - 1;
const LONGEST = 30;

/** By length: the first code of it, and the bytes that have codes of it. */
const CODES = Array.from({ length: LONGEST + 1 }, (_, length) => ({
  first: 0,
  bytes: LENGTHS.flatMap((each, byte) => (each === length ? [byte] : [])),
}));
for (const [length, codes] of CODES.entries()) {
  const shorter = CODES[length - 1];
  if (shorter) codes.first = (shorter.first + shorter.bytes.length) * 2;
}

/** The text that was packed, as latin1; nothing where it is no such packing. */
export function unpack(packed: Uint8Array): string | undefined {
  const bytes: number[] = [];
  let [code, length] = [0, 0];
  for (let at = 0; at < packed.length * 8; at++) {
    code = code * 2 + ((packed[at >> 3]! >> (7 - (at & 7))) & 1);
    const byte = byteOf(code, ++length);
    if (byte === END || length > LONGEST) return undefined;
    if (byte === undefined) continue;
    bytes.push(byte);
    [code, length] = [0, 0];
  }
  // What is left of the last byte is filled with ones.
  const isPadding = length < 8 && code === 2 ** length - 1;
  return isPadding ? Buffer.from(bytes).toString("latin1") : undefined;
}

function byteOf(code: number, length: number): number | undefined {
  const codes = CODES[length];
  return codes && code >= codes.first ? codes.bytes[code - codes.first] : undefined;
}
