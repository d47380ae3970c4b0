import { AF_UNIX, SOCK_DGRAM } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { bindRaw, openSocket } from "../unix/sockets.ts";

/**
 * Keeps two portguards from crossing on one port at a time: an abstract unix socket named after the port, which the
 * kernel releases by itself and keeps apart for each network namespace. Nothing where another one has it.
 */
export function lockPort(port: number, protocol: string): Disposable | undefined {
  const fd = openSocket(AF_UNIX, SOCK_DGRAM);
  if (fd < 0) return undefined;
  const name = Buffer.from(`\0portguard/hold/${protocol}/${port}`);
  const bytes = new Uint8Array(2 + name.length);
  bytes[0] = AF_UNIX;
  bytes.set(name, 2);
  if (bindRaw(fd, bytes) < 0) {
    closeFd(fd);
    return undefined;
  }
  return { [Symbol.dispose]: () => closeFd(fd) };
}
