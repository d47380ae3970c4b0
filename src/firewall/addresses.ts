import { type Address, addressBytes, parseAddress } from "../core/address.ts";
import type { Interval } from "./elements.ts";

/** The number that an address is; nothing where the text is none. */
export function addressNumber(text: string): bigint | undefined {
  // The quick way for what dumps are full of.
  if (PLAIN_V4.test(text)) return quickNumber(text);
  const address = text.includes("%") ? undefined : parseAddress(text);
  return address && numberOf(address);
}

export function numberOf(address: Address): bigint {
  if (address.family === 4) {
    return quickNumber(address.text);
  }
  return addressBytes(address).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

const PLAIN_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function quickNumber(text: string): bigint {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".", 4).map(Number);
  return BigInt(a * 0x1000000 + b * 0x10000 + c * 0x100 + d);
}

/** `10.0.0.0/8`, `10.0.0.1`, `fd00::/8`, `10.0.0.1-10.0.0.9`; nothing where the text is none of them. */
export function addressInterval(text: string): Interval | undefined {
  const [place = "", length, ...more] = text.split("/");
  if (more.length > 0) return undefined;
  if (length === undefined && place.includes("-")) return rangeInterval(place);
  const number = addressNumber(place);
  if (number === undefined) return undefined;
  if (length === undefined) return { lo: number, hi: number };
  return /^\d{1,3}$/.test(length) ? prefixInterval(number, Number(length), familyOf(place)) : undefined;
}

export function familyOf(text: string): 4 | 6 {
  return text.includes(":") ? 6 : 4;
}

export function prefixInterval(number: bigint, length: number, family: 4 | 6): Interval | undefined {
  const bits = family === 4 ? 32 : 128;
  if (!Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const host = BigInt(bits - length);
  const lo = (number >> host) << host;
  return { lo, hi: lo + (1n << host) - 1n };
}

function rangeInterval(text: string): Interval | undefined {
  const [first = "", last = "", ...more] = text.split("-");
  const [lo, hi] = [addressNumber(first), addressNumber(last)];
  return lo === undefined || hi === undefined || more.length > 0 || lo > hi ? undefined : { lo, hi };
}

/** `80`, `80:90`, `:90`, `80:`, with the sign between that the tool uses; nothing where the text is none of them. */
export function portInterval(text: string, between: ":" | "-"): Interval | undefined {
  const parts = text.split(between);
  if (parts.length > 2 || text === between || !parts.every((part) => /^\d{0,5}$/.test(part))) return undefined;
  if (parts.length === 1) return parts[0] === "" ? undefined : { lo: Number(text), hi: Number(text) };
  const [lo, hi] = [parts[0] === "" ? 0 : Number(parts[0]), parts[1] === "" ? 65535 : Number(parts[1])];
  return lo <= hi ? { lo, hi } : undefined;
}
