import { dlopen } from "bun:ffi";

// The runtime says "not found" of a name that is there and has no address, too; the C library's own number tells.
declare const self: Worker;

/** struct addrinfo begins with flags, family, socktype; zeros for the rest of its 48 bytes. */
const HINTS = Int32Array.of(0, 0, 1, ...Array<number>(9).fill(0));

self.onmessage = ({ data }: MessageEvent<string>) => {
  const { getaddrinfo } = dlopen("libc.so.6", {
    getaddrinfo: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  }).symbols;
  self.postMessage(getaddrinfo(Buffer.from(`${data}\0`), null, HINTS, new BigUint64Array(1)));
};
