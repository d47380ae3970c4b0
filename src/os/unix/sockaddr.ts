import { type Address, addressBytes, addressFromBytes } from "../../core/address.ts";
import { AF_INET, AF_INET6 } from "./constants.ts";

/** macOS puts the length into the first byte and the family into the second; Linux has a 16-bit family. */
const hasLength = process.platform === "darwin";

/** Encodes a `sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes). */
export function encodeSockaddr(address: Address, port: number): Uint8Array<ArrayBuffer> {
  const size = address.family === 4 ? 16 : 28;
  const view = new DataView(new ArrayBuffer(size));
  const family = address.family === 4 ? AF_INET : AF_INET6;
  if (hasLength) {
    view.setUint8(0, size);
    view.setUint8(1, family);
  } else view.setUint16(0, family, true);
  view.setUint16(2, port);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(addressBytes(address), address.family === 4 ? 4 : 8);
  if (address.family === 6) view.setUint32(24, address.scopeId, true);
  return bytes;
}

/** Decodes what `encodeSockaddr` writes; nothing for other families or too few bytes. */
export function decodeSockaddr(bytes: Uint8Array): { address: Address; port: number } | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = hasLength ? view.getUint8(1) : view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return { address: addressFromBytes(bytes.slice(4, 8)), port };
  // The kernel takes a sockaddr_in6 without the scope (24 bytes, RFC 2133) too.
  if (family !== AF_INET6 || bytes.length < 24) return undefined;
  const scopeId = bytes.length >= 28 ? view.getUint32(24, true) : 0;
  return { address: addressFromBytes(bytes.slice(8, 24), scopeId), port };
}
