import { dlopen, type FFIFunction, read } from "bun:ffi";

// musl's loader answers any `libc.*` name with itself, so the glibc name serves both.
const LIBRARY = process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6";

/** Opens these symbols of the C library the first time one of them is asked for. */
export function lazyLibc<const Symbols extends Record<string, FFIFunction>>(symbols: Symbols) {
  let opened: ReturnType<typeof dlopen<Symbols>> | undefined;
  return () => (opened ??= dlopen(LIBRARY, symbols)).symbols;
}

const errnoSymbol = process.platform === "darwin" ? "__error" : "__errno_location";
const errnoLocation = lazyLibc({ [errnoSymbol]: { args: [], returns: "ptr" } });

/**
 * Turns the C convention (-1 and errno) into the kernel's: the result, or minus the error number.
 * Call it around the very call, before anything else can touch errno.
 */
export function orErrno(result: number): number {
  if (result !== -1) return result;
  const at = errnoLocation()[errnoSymbol]!() as Parameters<typeof read.i32>[0];
  return -read.i32(at);
}
