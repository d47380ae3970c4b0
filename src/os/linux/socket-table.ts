import type { Protocol } from "../../core/endpoint.ts";
import type { SocketQuery } from "../../core/os.ts";
import type { SocketRow, SocketState } from "../../core/socket.ts";
import { readProcNet } from "./proc-net.ts";
import { dumpSocketTable } from "./sock-diag.ts";

const USUAL: readonly SocketState[] = ["listen", "bound", "open"];

/** The sockets of this network namespace: asked of the kernel, or read from /proc/net where it does not answer. */
export function readSocketTable({ port = 0, protocol, states = USUAL }: SocketQuery): SocketRow[] {
  const protocols: readonly Protocol[] = protocol ? [protocol] : ["tcp", "udp"];
  return protocols.flatMap((each) => {
    const own = states.filter((state) => (state === "open") === (each === "udp"));
    if (own.length === 0) return [];
    const query = { port, protocol: each, states: own };
    return dumpSocketTable(query) ?? readProcNet(query);
  });
}
