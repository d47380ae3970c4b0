import { SOL_SOCKET } from "../unix/constants.ts";
import { setOption, setOptionBytes } from "../unix/sockets.ts";
import { encodeBpf } from "./bpf.ts";

const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
const RETURN = 0x06;
/** Accepts no byte of any datagram. */
const DROP_ALL = encodeBpf([[RETURN, 0, 0, 0]]);

/** A held UDP socket would queue datagrams that nobody asked for, and hand them to the server: drop them instead. */
export function dropDatagrams(fd: number): void {
  setOptionBytes(fd, SOL_SOCKET, SO_ATTACH_FILTER, DROP_ALL.header);
}

export function acceptDatagrams(fd: number): void {
  setOption(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}
