import type { Endpoint } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import { closeFd } from "./files.ts";
import { bindSocket, nameOf, openSocketFor } from "./sockets.ts";

/** A port that the system finds free on this address; let go again, so it is only a candidate. Throws PORT_HELD. */
export function findFreePort(at: Endpoint): number {
  const fd = openSocketFor(at);
  try {
    if (fd < 0 || bindSocket(fd, at.address, 0) < 0) fail("PORT_HELD", "no free port is left", "close some programs");
    return nameOf(fd)!.port;
  } finally {
    if (fd >= 0) closeFd(fd);
  }
}
