import { dlopen, ptr } from "bun:ffi";
import { addressBytes, requireAddress } from "../../src/core/address.ts";

const DARWIN = process.platform === "darwin";
const AF_INET = 2;
const AF_INET6 = DARWIN ? 30 : 10;
const SOCK_STREAM = 1;
/** glibc, musl (by its loader's name) and macOS. */
const LIBC = DARWIN ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

const openLibc = (path: string) =>
  dlopen(path, {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
  }).symbols;

let libc: ReturnType<typeof openLibc> | undefined;

/**
 * Whether a socket without any option can be bound to this TCP port: the strictest question there is, which runtimes
 * can't ask since they all set SO_REUSEADDR. A connection in TIME_WAIT refuses it, too.
 */
export function bindsPlainly(address: string, port: number): boolean {
  libc ??= firstThatOpens();
  const at = socketAddress(address, port);
  const fd = libc.socket(address.includes(":") ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return false;
  const bound = libc.bind(fd, ptr(at), at.length) === 0;
  libc.close(fd);
  return bound;
}

/** Of these addresses, those that this machine has: any free port of theirs can be bound. */
export function addressesHere(addresses: readonly string[]): string[] {
  return addresses.filter((address) => bindsPlainly(address, 0));
}

function firstThatOpens(): ReturnType<typeof openLibc> {
  for (const path of LIBC) {
    try {
      return openLibc(path);
    } catch {
      // the next name
    }
  }
  throw new Error(`no C library under ${LIBC.join(", ")}`);
}

/** A sockaddr_in or sockaddr_in6; BSDs have a length byte where Linux has the family's low one. */
function socketAddress(text: string, port: number): Uint8Array {
  const v6 = text.includes(":");
  const at = new Uint8Array(v6 ? 28 : 16);
  const family = v6 ? AF_INET6 : AF_INET;
  at.set(DARWIN ? [at.length, family] : [family, 0]);
  at.set([port >> 8, port & 255], 2);
  at.set(addressBytes(requireAddress(text)), v6 ? 8 : 4);
  return at;
}
