import { lazyLibc, orErrno } from "./libc.ts";

const libc = lazyLibc({
  close: { args: ["i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i64" },
  write: { args: ["i32", "ptr", "u64"], returns: "i64" },
  dup2: { args: ["i32", "i32"], returns: "i32" },
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  pipe: { args: ["ptr"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
});
// fcntl is variadic: on arm64 macOS its variadic argument travels on the stack, behind eight register arguments.
const variadic = lazyLibc({
  fcntl:
    process.platform === "darwin" && process.arch === "arm64"
      ? { args: ["i32", "i32", "u64", "u64", "u64", "u64", "u64", "u64", "i64"], returns: "i32" }
      : { args: ["i32", "i32", "i64"], returns: "i32" },
});

/** struct pollfd: fd (4), events (2), ready events (2). */
const POLLFD = 8;
const POLLNVAL = 0x20;
/** Few enough for any limit under which this program starts at all. */
const MANY_FDS = 64;
const F_DUPFD = 0;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const O_NONBLOCK = process.platform === "darwin" ? 0x4 : 0o4000;

export function closeFd(fd: number): void {
  libc().close(fd);
}

/** Reads what is there into `into`: the count, 0 at the end, or minus the error number. */
export function readFd(fd: number, into: Uint8Array<ArrayBuffer>): number {
  return orErrno(Number(libc().read(fd, into, into.length)));
}

/** Writes all bytes, waiting as long as it takes: 0, or minus the error number. */
export function writeFd(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  for (let at = 0; at < bytes.length;) {
    const written = orErrno(Number(libc().write(fd, bytes.subarray(at), bytes.length - at)));
    if (written < 0) return written;
    at += written;
  }
  return 0;
}

/** Two connected, close-on-exec unix stream sockets, or minus the error number. */
export function openSocketPair(): [number, number] | number {
  const fds = new Int32Array(2);
  const done = orErrno(libc().socketpair(1, 1, 0, fds));
  if (done < 0) return done;
  for (const fd of fds) setCloseOnExec(fd);
  return [fds[0]!, fds[1]!];
}

/** A close-on-exec pipe, or minus the error number. */
export function openPipe(): { readonly reader: number; readonly writer: number } | number {
  const fds = new Int32Array(2);
  const done = orErrno(libc().pipe(fds));
  if (done < 0) return done;
  for (const fd of fds) setCloseOnExec(fd);
  return { reader: fds[0]!, writer: fds[1]! };
}

export function setCloseOnExec(fd: number, on = true): void {
  fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

/** The fds of this range that are open, found by a few calls: poll() takes no more of them than may be open at once. */
export function openFdsBetween(first: number, last: number): number[] {
  if (last - first >= MANY_FDS) {
    return [...openFdsBetween(first, first + MANY_FDS - 1), ...openFdsBetween(first + MANY_FDS, last)];
  }
  const view = new DataView(new ArrayBuffer((last - first + 1) * POLLFD));
  for (let fd = first; fd <= last; fd++) view.setInt32((fd - first) * POLLFD, fd, true);
  if (libc().poll(new Uint8Array(view.buffer), last - first + 1, 0) < 0) return [];
  const open: number[] = [];
  for (let fd = first; fd <= last; fd++) {
    if ((view.getUint16((fd - first) * POLLFD + 6, true) & POLLNVAL) === 0) open.push(fd);
  }
  return open;
}

/** A duplicate at the first free number from `from` on, inherited by children. */
export function duplicateFd(fd: number, from: number): number {
  return fcntl(fd, F_DUPFD, from);
}

/** Makes `number` the same open file as `fd`, inherited by children, whatever it was before. */
export function replaceFdNumber(fd: number, number: number): number {
  return orErrno(libc().dup2(fd, number));
}

/** Answers whether it was on before. */
export function setNonBlocking(fd: number, on: boolean): boolean {
  const flags = fcntl(fd, F_GETFL, 0);
  if (flags >= 0) fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
  return (flags & O_NONBLOCK) !== 0;
}

function fcntl(fd: number, command: number, value: number): number {
  const call = variadic().fcntl as (...args: number[]) => number;
  const padding = process.platform === "darwin" && process.arch === "arm64" ? [0, 0, 0, 0, 0, 0] : [];
  return orErrno(call(fd, command, ...padding, value));
}

export interface Polled {
  readonly fd: number;
  readonly events: number;
}

/**
 * Waits until one of them is ready or the time (ms, -1: for ever) is up: the ready events of each, in order; all 0 when
 * time is up or a signal came.
 */
export function pollFds(polled: readonly Polled[], timeoutMs: number): number[] {
  const view = new DataView(new ArrayBuffer(polled.length * POLLFD));
  for (const [index, { fd, events }] of polled.entries()) {
    view.setInt32(index * 8, fd, true);
    view.setInt16(index * 8 + 4, events, true);
  }
  const ready = libc().poll(new Uint8Array(view.buffer), polled.length, timeoutMs);
  return polled.map((_, index) => (ready > 0 ? view.getUint16(index * 8 + 6, true) : 0));
}
