import { closeFd, setCloseOnExec } from "../unix/files.ts";
import { lazyLibc, orErrno } from "../unix/libc.ts";

const libc = lazyLibc({
  kqueue: { args: [], returns: "i32" },
  kevent: { args: ["i32", "ptr", "i32", "ptr", "i32", "ptr"], returns: "i32" },
});

const EVFILT_PROC = -5;
const EV_ADD = 0x1;
const EV_ONESHOT = 0x10;
const NOTE_EXIT = 0x8000_0000;

/** An fd that becomes readable, and stays so, when this process ends; or minus the error number. */
export function openExitFd(pid: number): number {
  const fd = orErrno(libc().kqueue());
  if (fd < 0) return fd;
  setCloseOnExec(fd);
  const done = orErrno(libc().kevent(fd, exitEvent(pid), 1, null, 0, null));
  if (done < 0) closeFd(fd);
  return done < 0 ? done : fd;
}

/** `struct kevent`, 32 bytes. */
export function exitEvent(pid: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(32));
  view.setBigUint64(0, BigInt(pid), true);
  view.setInt16(8, EVFILT_PROC, true);
  view.setUint16(10, EV_ADD | EV_ONESHOT, true);
  view.setUint32(12, NOTE_EXIT, true);
  return new Uint8Array(view.buffer);
}
