import { ptr } from "bun:ffi";
import { lazyLibc, orErrno } from "./libc.ts";
import { cString } from "./raw-words.ts";

const libc = lazyLibc({
  posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
  posix_spawn_file_actions_adddup2: { args: ["ptr", "i32", "i32"], returns: "i32" },
  posix_spawn_file_actions_addclose: { args: ["ptr", "i32"], returns: "i32" },
  posix_spawn_file_actions_destroy: { args: ["ptr"], returns: "i32" },
  posix_spawnattr_init: { args: ["ptr"], returns: "i32" },
  posix_spawnattr_setflags: { args: ["ptr", "i16"], returns: "i32" },
  posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "i32" },
  posix_spawnattr_setsigmask: { args: ["ptr", "ptr"], returns: "i32" },
  posix_spawnattr_destroy: { args: ["ptr"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  setenv: { args: ["ptr", "ptr", "i32"], returns: "i32" },
  execv: { args: ["ptr", "ptr"], returns: "i32" },
});

const POSIX_SPAWN_SETSIGDEF = 4;
const POSIX_SPAWN_SETSIGMASK = 8;
const WNOHANG = 1;
/** Signals that glibc keeps for itself: its posix_spawn has the child ignore them unless it is told not to. */
const KEPT_BY_LIBC = process.platform === "linux" ? [32, 33] : [];

export interface SpawnSpec {
  /** Looked for in this process's own PATH unless it has a slash. */
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Signals to be at their default in the child; the others stay ignored where they are ignored here. */
  readonly defaultSignals: readonly number[];
  /** Signals that wait, undelivered, in the child. */
  readonly blockedSignals: readonly number[];
  /** Open files of ours that the child has under other numbers, and only there. */
  readonly moved?: readonly { readonly from: number; readonly to: number }[];
  /** Numbers that the child closes, whether anything is open there or not. */
  readonly closed?: readonly number[];
}

/**
 * Starts a program on this very thread (so that the thread's seccomp filter is inherited): its pid, or minus the error
 * number. It inherits every fd that is not close-on-exec, under its own number.
 */
export function spawnProcess(spec: SpawnSpec): number {
  // 512 bytes hold every libc's structure (glibc: 336 and 80); macOS keeps a pointer in the first 8.
  const attributes = new Uint8Array(512);
  const actions = new Uint8Array(512);
  const pid = new Int32Array(1);
  const argv = new CStrings(spec.argv);
  const envp = new CStrings(Object.entries(spec.env).map(([name, value]) => `${name}=${value}`));
  libc().posix_spawnattr_init(attributes);
  libc().posix_spawn_file_actions_init(actions);
  try {
    libc().posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    libc().posix_spawnattr_setsigdefault(attributes, signalSet([...spec.defaultSignals, ...KEPT_BY_LIBC]));
    libc().posix_spawnattr_setsigmask(attributes, signalSet(spec.blockedSignals));
    for (const { from, to } of spec.moved ?? []) {
      libc().posix_spawn_file_actions_adddup2(actions, from, to);
      libc().posix_spawn_file_actions_addclose(actions, from);
    }
    for (const fd of spec.closed ?? []) libc().posix_spawn_file_actions_addclose(actions, fd);
    const error = libc().posix_spawnp(pid, cString(spec.file), actions, attributes, argv.pointers, envp.pointers);
    return error === 0 ? pid[0]! : -error;
  } finally {
    libc().posix_spawnattr_destroy(attributes);
    libc().posix_spawn_file_actions_destroy(actions);
  }
}

/** Sets a variable where `execProgram` finds it (the runtime's own `process.env` is a copy). */
export function setEnvironment(name: string, value: string): void {
  libc().setenv(cString(name), cString(value), 1);
}

/** Replaces this program by the one at this path, with the environment as it is; answers (minus the error number) only when it can't. */
export function execProgram(path: string, argv: readonly string[]): number {
  return orErrno(libc().execv(cString(path), new CStrings(argv).pointers));
}

/** How a child ended. */
export type WaitStatus = { readonly code: number } | { readonly signal: number };

/** Collects one dead child (of this pid; -1: any) without waiting for it. */
export function reapChild(pid: number): { pid: number; status: WaitStatus } | undefined {
  const status = new Int32Array(1);
  const reaped = orErrno(libc().waitpid(pid, status, WNOHANG));
  if (reaped <= 0) return undefined;
  const word = status[0]!;
  const signal = word & 0x7f;
  return { pid: reaped, status: signal === 0 ? { code: (word >> 8) & 0xff } : { signal } };
}

/** An argv-like array of C strings; it keeps the bytes alive for as long as it lives itself. */
class CStrings {
  private readonly bytes: readonly Uint8Array[];
  readonly pointers: BigUint64Array;
  constructor(texts: readonly string[]) {
    this.bytes = texts.map(cString);
    this.pointers = BigUint64Array.from([...this.bytes.map((each) => BigInt(ptr(each))), 0n]);
  }
}

/** A sigset_t: one bit a signal, signal 1 in bit 0; 128 bytes on Linux, of which macOS reads 4. */
function signalSet(signals: readonly number[]): Uint8Array<ArrayBuffer> {
  const set = new Uint8Array(128);
  for (const signal of signals) set[(signal - 1) >> 3]! |= 1 << ((signal - 1) & 7);
  return set;
}
