import { dlopen, type FFIFunction } from "bun:ffi";

let errors: ReturnType<typeof openErrors> | undefined;

function openErrors() {
  return dlopen("kernel32.dll", { GetLastError: { args: [], returns: "u32" } }).symbols;
}

/** Opens these functions of a system library the first time one of them is asked for. */
export function lazyDll<const Symbols extends Record<string, FFIFunction>>(name: string, symbols: Symbols) {
  let opened: ReturnType<typeof dlopen<Symbols>> | undefined;
  return () => {
    // To open a library could change the very number that is to be told: done before the first call that may fail.
    errors ??= openErrors();
    return (opened ??= dlopen(name, symbols)).symbols;
  };
}

/** The error number of the last system call of this thread (Winsock's too): ask at once, before anything else runs. */
export function lastError(): number {
  return (errors ??= openErrors()).GetLastError();
}

/** A NUL-terminated UTF-16 buffer's text, or the first `length` characters of one that has no NUL. */
export function readWide(bytes: Uint8Array, length = Math.floor(bytes.length / 2)): string {
  const text = new TextDecoder("utf-16le").decode(bytes.subarray(0, length * 2));
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
