import { callKernel, SYS } from "../syscalls.ts";

// linux/seccomp.h; the sizes are part of the ioctl numbers.
const NOTIF_RECV = 0xc0502100;
const NOTIF_SEND = 0xc0182101;
const NOTIF_ID_VALID = 0x40082102;
const NOTIF_ADDFD = 0x40182103;
const RESPONSE_CONTINUE = 1;
const ADDFD_SETFD = 1;
const O_CLOEXEC = 0o2000000;

/** A system call that waits for our answer. */
export interface Notice {
  readonly id: bigint;
  /** The calling thread, in our pid namespace. */
  readonly tid: number;
  readonly call: number;
  readonly args: readonly bigint[];
}

/** Takes the next waiting call; nothing when it was gone meanwhile (its thread was signalled or died). */
export function receiveNotice(listener: number): Notice | undefined {
  // The kernel refuses a structure that is not zeroed.
  const view = new DataView(new ArrayBuffer(80));
  if (callKernel(SYS.ioctl, listener, NOTIF_RECV, new Uint8Array(view.buffer)) < 0) return undefined;
  return {
    id: view.getBigUint64(0, true),
    tid: view.getUint32(8, true),
    call: view.getInt32(16, true),
    args: [0, 1, 2, 3, 4, 5].map((index) => view.getBigUint64(32 + index * 8, true)),
  };
}

/** Whether the call still waits: what was read of its memory after it came is only then known to be its own. */
export function stillWaits(listener: number, id: bigint): boolean {
  return callKernel(SYS.ioctl, listener, NOTIF_ID_VALID, new Uint8Array(BigUint64Array.of(id).buffer)) === 0;
}

/** Lets the call run as if it had never been announced. */
export function letRun(listener: number, id: bigint): void {
  respond(listener, id, 0, RESPONSE_CONTINUE);
}

/** Ends the call in the kernel's stead: with success (0), or with minus an error number. */
export function answer(listener: number, id: bigint, result: number): void {
  respond(listener, id, result, 0);
}

function respond(listener: number, id: bigint, error: number, flags: number): void {
  const view = new DataView(new ArrayBuffer(24));
  view.setBigUint64(0, id, true);
  view.setInt32(16, error, true);
  view.setUint32(20, flags, true);
  // A caller that was killed meanwhile needs no answer: an error here has no one to be told to.
  callKernel(SYS.ioctl, listener, NOTIF_SEND, new Uint8Array(view.buffer));
}

/** Puts our socket in the place of the caller's fd: 0, or minus the error number. */
export function replaceFd(listener: number, id: bigint, ours: number, theirs: number, closeOnExec: boolean): number {
  const view = new DataView(new ArrayBuffer(24));
  view.setBigUint64(0, id, true);
  view.setUint32(8, ADDFD_SETFD, true);
  view.setUint32(12, ours, true);
  view.setUint32(16, theirs, true);
  view.setUint32(20, closeOnExec ? O_CLOEXEC : 0, true);
  return Math.min(callKernel(SYS.ioctl, listener, NOTIF_ADDFD, new Uint8Array(view.buffer)), 0);
}
