import { dlopen, type FFIFunction } from "bun:ffi";

/** Opens these functions of a system library the first time one of them is asked for. */
export function lazyDll<const Symbols extends Record<string, FFIFunction>>(name: string, symbols: Symbols) {
  let opened: ReturnType<typeof dlopen<Symbols>> | undefined;
  return () => (opened ??= dlopen(name, symbols)).symbols;
}

const kernel32 = lazyDll("kernel32.dll", { GetLastError: { args: [], returns: "u32" } });

/** The error number of the last system call of this thread (Winsock's too): ask at once, before anything else runs. */
export function lastError(): number {
  return kernel32().GetLastError();
}

/** A NUL-terminated UTF-16 buffer's text, or the first `length` characters of one that has no NUL. */
export function readWide(bytes: Uint8Array, length = Math.floor(bytes.length / 2)): string {
  const text = new TextDecoder("utf-16le").decode(bytes.subarray(0, length * 2));
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
