import { ptr } from "bun:ffi";
import { SOL_SOCKET } from "../constants.ts";

const mac = process.platform === "darwin";

const SCM_RIGHTS = 1;
/** struct msghdr of 64-bit systems; where Linux has a size_t, macOS has an int, and less behind it. */
const MSGHDR = 56;
/** struct cmsghdr: its own length (8 bytes on Linux, 4 on macOS), level, type; the fds follow. */
const CMSGHDR = mac ? 12 : 16;
const ALIGN = mac ? 4 : 8;

/** What sendmsg() and recvmsg() take; keep it until the call has returned. */
export interface Message {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly control: Uint8Array<ArrayBuffer>;
  readonly parts: readonly unknown[];
}

/** A message of these bytes, with room for so many fds, or with these. */
export function makeMessage(bytes: Uint8Array<ArrayBuffer>, fds: readonly number[] | number): Message {
  const count = typeof fds === "number" ? fds : fds.length;
  const control = new Uint8Array(Math.ceil((CMSGHDR + 4 * count) / ALIGN) * ALIGN);
  if (typeof fds !== "number") writeRights(control, fds);
  const iov = BigUint64Array.of(BigInt(ptr(bytes)), BigInt(bytes.length));
  const view = new DataView(new ArrayBuffer(MSGHDR));
  view.setBigUint64(16, BigInt(ptr(iov)), true);
  view.setUint32(24, 1, true);
  view.setBigUint64(32, BigInt(ptr(control)), true);
  view.setUint32(40, control.length, true);
  return { header: new Uint8Array(view.buffer), control, parts: [bytes, iov] };
}

function writeRights(control: Uint8Array<ArrayBuffer>, fds: readonly number[]): void {
  const view = new DataView(control.buffer);
  view.setUint32(0, CMSGHDR + 4 * fds.length, true);
  view.setInt32(CMSGHDR - 8, SOL_SOCKET, true);
  view.setInt32(CMSGHDR - 4, SCM_RIGHTS, true);
  for (const [index, fd] of fds.entries()) view.setInt32(CMSGHDR + 4 * index, fd, true);
}

/** The fds that came with a received message; none where it brought something else. */
export function readRights({ header, control }: Message): number[] {
  const length = new DataView(header.buffer).getUint32(40, true);
  if (length < CMSGHDR) return [];
  const view = new DataView(control.buffer);
  const isRights = view.getInt32(CMSGHDR - 8, true) === SOL_SOCKET && view.getInt32(CMSGHDR - 4, true) === SCM_RIGHTS;
  if (!isRights) return [];
  const count = Math.floor((Math.min(view.getUint32(0, true), length) - CMSGHDR) / 4);
  return Array.from({ length: count }, (_, index) => view.getInt32(CMSGHDR + 4 * index, true));
}
