// Listens on each place given (`8000`, `127.0.0.1:8000`, `udp:8000`), says so in a line, and stays whatever happens to its stdio.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const places = process.argv.slice(2).filter((word) => !word.startsWith("--"));
let open = 0;
function up() {
  open += 1;
  if (open === places.length) process.stdout.write(`up ${process.pid}\n`);
}
for (const place of places) {
  const [port, host] = place.split(":").toReversed();
  if (host === "udp") createSocket("udp4").bind(Number(port), "127.0.0.1", up);
  else createServer((socket) => socket.on("error", () => {})).listen(Number(port), host ?? "127.0.0.1", up);
}
setInterval(() => {}, 60_000);
