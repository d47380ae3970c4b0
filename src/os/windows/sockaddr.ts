import { type Address, addressBytes, addressFromBytes } from "../../core/address.ts";

export const AF_INET = 2;
export const AF_INET6 = 23;
/** `sizeof(sockaddr_in6)`: room for either family. */
export const SOCKADDR_ROOM = 28;

/** Encodes a `sockaddr_in` (16 bytes) or a `sockaddr_in6` (28 bytes, scope at 24). */
export function encodeSockaddr(address: Address, port: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(address.family === 4 ? 16 : SOCKADDR_ROOM));
  view.setUint16(0, address.family === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  new Uint8Array(view.buffer).set(addressBytes(address), address.family === 4 ? 4 : 8);
  if (address.family === 6) view.setUint32(24, address.scopeId, true);
  return new Uint8Array(view.buffer);
}

/** The port of either kind of sockaddr. */
export function portOfSockaddr(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!;
}

/** Decodes what `encodeSockaddr` writes; nothing for other families. */
export function decodeSockaddr(bytes: Uint8Array): { address: Address; port: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF_INET) return { address: readAddress(view, 4, 4), port: portOfSockaddr(bytes) };
  if (family !== AF_INET6) return undefined;
  return {
    address: { ...readAddress(view, 8, 6), scopeId: view.getUint32(24, true) },
    port: portOfSockaddr(bytes),
  };
}

/** An address out of a row of Windows' tables: 4 or 16 network-order bytes at `offset`. */
export function readAddress(view: DataView, offset: number, family: 4 | 6): Address {
  return addressFromBytes(new Uint8Array(view.buffer, view.byteOffset + offset, family === 4 ? 4 : 16));
}
