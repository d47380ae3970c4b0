import { AF_INET, SOCK_DGRAM } from "../unix/constants.ts";
import { closeFd } from "../unix/files.ts";
import { openSocket } from "../unix/sockets.ts";
import { callKernel, SYS } from "./syscalls.ts";

// linux/sockios.h, linux/if.h
const SIOCGIFNAME = 0x8910;
/** struct ifreq: the name (16 bytes), then here the index. */
const IFREQ = 40;
const INDEX_AT = 16;

/** What the interface with this index is called in our network namespace; nothing where there is none. */
export function nameOfInterface(index: number): string | undefined {
  const fd = openSocket(AF_INET, SOCK_DGRAM);
  if (fd < 0) return undefined;
  try {
    const request = Buffer.alloc(IFREQ);
    request.writeInt32LE(index, INDEX_AT);
    if (callKernel(SYS.ioctl, fd, SIOCGIFNAME, request) < 0) return undefined;
    return request.toString("utf8", 0, request.indexOf(0));
  } finally {
    closeFd(fd);
  }
}
