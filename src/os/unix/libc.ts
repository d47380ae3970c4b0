import { dlopen, type FFIFunction, read } from "bun:ffi";

// musl's loader answers any `libc.*` name with itself, so the glibc name serves both.
const LIBRARY = process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6";

const ERRNO = process.platform === "darwin" ? "__error" : "__errno_location";
const errnoFunction = { [ERRNO]: { args: [], returns: "ptr" } } as const;
let locateErrno: (() => unknown) | undefined;

/** Opens these symbols of the C library the first time one of them is asked for. */
export function lazyLibc<const Symbols extends Record<string, FFIFunction>>(symbols: Symbols) {
  let opened: ReturnType<typeof dlopen<Symbols>> | undefined;
  return () => (opened ??= openWithErrno(symbols)).symbols;
}

/** The place of errno comes along: to open the library for it once a call has failed could change errno. */
function openWithErrno<const Symbols extends Record<string, FFIFunction>>(symbols: Symbols) {
  const all: Symbols = { ...symbols, ...errnoFunction };
  const library = dlopen(LIBRARY, all);
  locateErrno ??= (library.symbols as Record<string, () => unknown>)[ERRNO];
  return library;
}

/**
 * Turns the C convention (-1 and errno) into the kernel's: the result, or minus the error number.
 * Call it around the very call, before anything else can touch errno.
 */
export function orErrno(result: number): number {
  if (result !== -1) return result;
  return -read.i32(locateErrno!() as Parameters<typeof read.i32>[0]);
}
