import { readOption } from "../sockets.ts";

const IPPROTO_TCP = 6;
/** linux/tcp.h: struct tcp_info, of which 104 bytes reach up to and over tcpi_total_retrans. */
const TCP_INFO = 11;
const TCP_INFO_BYTES = 104;
const TOTAL_RETRANS_AT = 100;
/** RFC 6298: one second at first, and twice as long each time. */
const RESENT_AFTER_MS = [1000, 3000, 7000, 15_000, 31_000, 63_000] as const;

/** How often a connection that is still under way has been asked for. Linux counts; elsewhere the clock tells. */
export function countSyns(fd: number, afterMs: number): number {
  return (process.platform === "linux" ? readSyns(fd) : undefined) ?? countByClock(afterMs);
}

function readSyns(fd: number): number | undefined {
  const info = readOption(fd, IPPROTO_TCP, TCP_INFO, TCP_INFO_BYTES);
  if (info?.length !== TCP_INFO_BYTES) return undefined;
  return 1 + new DataView(info.buffer).getUint32(TOTAL_RETRANS_AT, true);
}

export function countByClock(afterMs: number): number {
  return 1 + RESENT_AFTER_MS.filter((at) => at <= afterMs).length;
}
