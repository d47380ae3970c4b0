import { ptr } from "bun:ffi";
import { lazyLibc, orErrno } from "../unix/libc.ts";

const libc = lazyLibc({
  syscall: { args: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], returns: "i64" },
});

/** fcntl.h: paths are read from the working folder on, where they are not absolute. */
export const AT_FDCWD = -100;

type Argument = number | Uint8Array<ArrayBuffer>;

/** Calls the kernel directly; buffers are passed by address. Answers its result, or minus the error number. */
export function callKernel(number: number, ...args: readonly Argument[]): number {
  const words = [0, 1, 2, 3, 4, 5].map((index) => addressOf(args[index] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return orErrno(Number(libc().syscall(number, ...words)));
}

function addressOf(argument: Argument): number {
  return typeof argument === "number" ? argument : ptr(argument);
}

const x64 = process.arch === "x64";

/** System call numbers of this architecture (asm/unistd.h); those from 424 on are the same everywhere. */
export const SYS = {
  bind: x64 ? 49 : 200,
  listen: x64 ? 50 : 201,
  getdents64: x64 ? 217 : 61,
  ioctl: x64 ? 16 : 29,
  prctl: x64 ? 157 : 167,
  process_vm_readv: x64 ? 310 : 270,
  statx: x64 ? 332 : 291,
  seccomp: x64 ? 317 : 277,
  pidfd_send_signal: 424,
  pidfd_open: 434,
  openat2: 437,
  pidfd_getfd: 438,
} as const;

const PR_SET_NAME = 15;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_CHILD_SUBREAPER = 36;

/** Orphaned descendants become our children instead of init's. */
export function becomeSubreaper(): number {
  return callKernel(SYS.prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/** What `ps` and `ss` call this process: started through a link it would go by the link's name. */
export function nameThisProcess(name: string): void {
  callKernel(SYS.prctl, PR_SET_NAME, Buffer.from(`${name}\0`));
}

export function forbidNewPrivileges(): number {
  return callKernel(SYS.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

export function openPidfd(pid: number): number {
  return callKernel(SYS.pidfd_open, pid, 0);
}

/** A duplicate, close-on-exec, of another process's fd. */
export function takeFd(pidfd: number, fd: number): number {
  return callKernel(SYS.pidfd_getfd, pidfd, fd, 0);
}

export function signalPidfd(pidfd: number, signal: number): number {
  return callKernel(SYS.pidfd_send_signal, pidfd, signal, 0, 0);
}

/** Copies memory of another process: the bytes that could be read, or minus the error number. */
export function readMemory(pid: number, address: bigint, into: Uint8Array<ArrayBuffer>): number {
  const local = BigUint64Array.of(BigInt(ptr(into)), BigInt(into.length));
  const remote = BigUint64Array.of(address, BigInt(into.length));
  return callKernel(SYS.process_vm_readv, pid, bytesOf(local), 1, bytesOf(remote), 1, 0);
}

function bytesOf(words: BigUint64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}
