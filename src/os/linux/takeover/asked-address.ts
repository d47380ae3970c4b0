import { decodeSockaddr } from "../../unix/sockaddr.ts";
import { readMemory } from "../syscalls.ts";
import { type Notice, stillWaits } from "./notify.ts";

const SOCKADDR_MAX = 128;
/** sockaddr_in, sockaddr_in6 without and with its scope, sockaddr_storage. */
const IP_LENGTHS = [16, 24, 28, SOCKADDR_MAX];

/**
 * The address that a waiting bind() asks for; nothing for families other than IPv4 and IPv6. `unreadable`: its process runs
 * with privileges that keep us out.
 */
export function readAskedAddress(listener: number, notice: Notice): ReturnType<typeof decodeSockaddr> | "unreadable" {
  const bytes = new Uint8Array(Math.min(Number(notice.args[2]), SOCKADDR_MAX));
  const length = bytes.length === 0 ? 0 : readMemory(notice.tid, notice.args[1]!, bytes);
  // An agent that hides itself binds unix sockets: their length tells, and the ports are no business of theirs.
  const couldBeIp = IP_LENGTHS.includes(Number(notice.args[2]));
  if (length < 0 && couldBeIp && stillWaits(listener, notice.id)) return "unreadable";
  return decodeSockaddr(bytes.subarray(0, Math.max(length, 0)));
}
