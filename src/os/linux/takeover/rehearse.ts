import { ptr } from "bun:ffi";
import { ANY4 } from "../../../core/address.ts";
import { closeFd } from "../../unix/files.ts";
import { encodeSockaddr } from "../../unix/sockaddr.ts";
import { openSocketFor } from "../../unix/sockets.ts";
import { readAskedAddress } from "./asked-address.ts";
import { copySettings, openChildSocket, readChildFacts } from "./child-socket.ts";

const ROUNDS = 3;

/**
 * Goes through what a bind() will need, on sockets of our own that are never bound. Opening the C library and running code
 * for the first time takes milliseconds: better while the command is still loading than inside its call.
 */
export function rehearse(listener: number): void {
  const sockets = [0, 1].map(() => openSocketFor({ protocol: "tcp", address: ANY4, dual: false }));
  for (let round = 0; round < ROUNDS; round++) playBind(listener, sockets[0]!, sockets[1]!);
  for (const fd of sockets) if (fd >= 0) closeFd(fd);
}

function playBind(listener: number, theirs: number, ours: number): void {
  const address = encodeSockaddr(ANY4, 0);
  const args = [BigInt(theirs), BigInt(ptr(address)), BigInt(address.length)];
  readAskedAddress(listener, { id: 0n, tid: process.pid, call: 0, args });
  const child = openChildSocket(process.pid, theirs);
  if (typeof child === "number") return;
  using socket = child;
  readChildFacts(socket.ours, ours);
  copySettings(socket, ours, false);
}
