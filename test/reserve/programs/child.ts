/**
 * The smallest server: `bun child.ts --host ADDRESS --port PORT` binds and listens without any option, or with SO_REUSEADDR
 * (`--share`), as most do; `--fd N` listens on an inherited socket. It says `listening` or `refused ERROR`, and waits to be ended. It starts as quickly as it can.
 */
import { type Address, ANY4, ANY6, LOOPBACK4, LOOPBACK6 } from "../../../src/core/address.ts";
import { POLLIN, SO_REUSEADDR, SOL_SOCKET } from "../../../src/os/unix/constants.ts";
import { pollFds } from "../../../src/os/unix/files.ts";
import { bindSocket, listenOn, openSocketFor, setOption } from "../../../src/os/unix/sockets.ts";

function flag(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function bindAndListen(fd: number, address: Address, port: number): number {
  if (process.argv.includes("--share")) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const bound = bindSocket(fd, address, port);
  return bound < 0 ? bound : listenOn(fd, 16);
}

const inherited = flag("--fd");
const address = [LOOPBACK4, ANY4, LOOPBACK6].find(({ text }) => text === flag("--host")) ?? ANY6;
const isOwn = inherited === undefined;
const listener = isOwn ? openSocketFor({ protocol: "tcp", address, dual: address === ANY6 }) : Number(inherited);
const done = isOwn ? bindAndListen(listener, address, Number(flag("--port"))) : listenOn(listener, 16);
process.stdout.write(done < 0 ? `refused ${-done}\n` : "listening\n");
if (done < 0) process.exit(98);
// It waits for clients; only a signal ends it.
for (;;) pollFds([{ fd: listener, events: POLLIN }], -1);
