import { LOOPBACK4 } from "../../src/core/address.ts";
import { closeFd } from "../../src/os/unix/files.ts";
import { lazyLibc, orErrno } from "../../src/os/unix/libc.ts";
import { encodeSockaddr } from "../../src/os/unix/sockaddr.ts";
import { TestSocket, type TestSocketOptions } from "./test-socket.ts";

const libc = lazyLibc({
  accept: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
});

/**
 * Leaves a connection of this port in TIME_WAIT, for a minute: a server on 127.0.0.1 accepts it, closes it before the
 * client does, and ends. The options are the server's; the closing connection keeps them.
 */
export function leaveTimeWait(port: number, options: TestSocketOptions["options"] = ["reuseaddr"]): void {
  using server = new TestSocket({ port, options, listens: true });
  using _client = connectFrom(0, port);
  closeFd(accept(server));
}

/** The same by a client that had bound this port, ready to share it: nobody has ever listened there. */
export function leaveClientTimeWait(port: number): void {
  using server = new TestSocket({ listens: true });
  const client = connectFrom(port, server.port, ["reuseaddr"]);
  const accepted = accept(server);
  client[Symbol.dispose]();
  closeFd(accepted);
}

/** A connection from one port (0: any) of 127.0.0.1 to another. */
export function connectFrom(port: number, to: number, options: TestSocketOptions["options"] = []): TestSocket {
  const client = new TestSocket({ port, options });
  const at = encodeSockaddr(LOOPBACK4, to);
  const connected = orErrno(libc().connect(client.fd, at, at.length));
  if (connected < 0) throw new Error(`no connection to port ${to}: error ${-connected}`);
  return client;
}

function accept({ fd, port }: TestSocket): number {
  const accepted = orErrno(libc().accept(fd, null, null));
  if (accepted < 0) throw new Error(`no connection to port ${port}: error ${-accepted}`);
  return accepted;
}
