import { fail } from "./error.ts";

/** An IP address in canonical text (RFC 5952 for IPv6), with the interface index of a link-local one (0: none). */
export interface Address {
  readonly family: 4 | 6;
  readonly text: string;
  readonly scopeId: number;
}

/** The addresses that stand for "every address" and "this machine only". */
export const ANY4: Address = { family: 4, text: "0.0.0.0", scopeId: 0 };
export const ANY6: Address = { family: 6, text: "::", scopeId: 0 };
export const LOOPBACK4: Address = { family: 4, text: "127.0.0.1", scopeId: 0 };
export const LOOPBACK6: Address = { family: 6, text: "::1", scopeId: 0 };

/** Builds an address from its 4 or 16 network-order bytes. */
export function addressFromBytes(bytes: Uint8Array, scopeId = 0): Address {
  if (bytes.length === 4) return { family: 4, text: bytes.join("."), scopeId: 0 };
  if (bytes.length === 16) return { family: 6, text: formatIPv6(bytes), scopeId };
  throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
}

/** The 4 or 16 network-order bytes of an address. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = address.family === 4 ? parseIPv4(address.text) : parseIPv6(address.text);
  if (!bytes) throw new RangeError(`not an address: ${address.text}`);
  return bytes;
}

/**
 * Reads one IPv4 or IPv6 address (`127.0.0.1`, `::1`, `[::1]`, `fe80::1%2`); nothing where the text is not an address.
 * A scope must be numeric here: interface names belong to the machine and are resolved by its Os.
 */
export function parseAddress(text: string): Address | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const [host, scope, ...rest] = bare.split("%");
  if (host === undefined || rest.length > 0) return undefined;
  const v4 = parseIPv4(host);
  if (v4) return scope === undefined ? addressFromBytes(v4) : undefined;
  const v6 = parseIPv6(host);
  if (!v6) return undefined;
  if (scope === undefined) return addressFromBytes(v6);
  return /^[0-9]{1,9}$/.test(scope) ? addressFromBytes(v6, Number(scope)) : undefined;
}

/** Like `parseAddress`, for text that must be an address. Throws BAD_ADDRESS. */
export function requireAddress(text: string): Address {
  return (
    parseAddress(text) ??
    fail("BAD_ADDRESS", `\`${text}\` is not an IP address`, "give one as 127.0.0.1, 0.0.0.0, ::1, `::` or localhost")
  );
}

/** The IPv4 address that an IPv4-mapped one (`::ffff:127.0.0.1`) stands for: its packets are IPv4's. Others as they are. */
export function unmapAddress(address: Address): Address {
  const inner = /^::ffff:([0-9.]+)$/.exec(address.text)?.[1];
  return inner === undefined ? address : { family: 4, text: inner, scopeId: 0 };
}

export function isAny(address: Address): boolean {
  return address.text === "0.0.0.0" || address.text === "::";
}

export function isLoopback(address: Address): boolean {
  return address.family === 4 ? address.text.startsWith("127.") : address.text === "::1";
}

/** `1.2.3.4:80`, `[::1]:80`, `[fe80::1%2]:80`. */
export function formatHostPort(address: Address, port: number): string {
  const scope = address.scopeId === 0 ? "" : `%${address.scopeId}`;
  return address.family === 4 ? `${address.text}:${port}` : `[${address.text}${scope}]:${port}`;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.text === b.text && a.scopeId === b.scopeId;
}

function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<number>(Math.max(missing, 0)).fill(0), ...(tail ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** The 16-bit groups of one side of `::`; the very last of an address may be written as an IPv4 address. */
function groupsOf(half: string, isEnd: boolean): number[] | undefined {
  if (half === "") return [];
  const words = half.split(":");
  const groups: number[] = [];
  for (const [index, word] of words.entries()) {
    const v4 = isEnd && index === words.length - 1 ? parseIPv4(word) : undefined;
    if (v4) groups.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!);
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

function formatIPv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return `::ffff:${bytes.slice(12).join(".")}`;
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(":");
  return `${hex.slice(0, run.start).join(":")}::${hex.slice(run.start + run.length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
