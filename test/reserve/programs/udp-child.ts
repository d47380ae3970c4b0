/**
 * A UDP server that takes its time: `bun udp-child.ts PORT` binds 127.0.0.1 when it gets a line on stdin, says `bound`, and
 * from then on what it receives, a line each.
 */
import { argv } from "node:process";

const lines = console[Symbol.asyncIterator]();
await lines.next();
await Bun.udpSocket({
  hostname: "127.0.0.1",
  port: Number(argv[2]),
  socket: { data: (_socket, data) => void process.stdout.write(`${data.toString()}\n`) },
});
process.stdout.write("bound\n");
