import { parseAddress } from "../../../src/core/address.ts";

/** `bun listen.ts tcp 127.0.0.1 8000 udp :: 8001 …` listens on all of these, says so, and stays. */
const words = process.argv.slice(2);
for (let at = 0; at < words.length; at += 3) {
  const [protocol, hostname = "", port] = words.slice(at, at + 3);
  if (!parseAddress(hostname)) throw new Error(`${hostname} is not an address`);
  if (protocol === "tcp") Bun.listen({ hostname, port: Number(port), socket: { data: () => {} } });
  else await Bun.udpSocket({ hostname, port: Number(port) });
}
process.stdout.write("listening\n");
setInterval(() => {}, 60_000);
