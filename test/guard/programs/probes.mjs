/**
 * Programs that do odd things with a port, as servers in the wild do: `node probes.mjs PORT WHAT`.
 * bind-first: binds and closes without listening, then serves an echo. reopen: serves, closes on SIGUSR2 and prints `closed`.
 */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";

const [port = "", what] = process.argv.slice(2);
const server = createServer((socket) => socket.pipe(socket));
const listen = () => server.listen({ port: Number(port), host: "127.0.0.1" }, () => console.log("up"));

// Node has no bind without a listen: python3 does it for us, as a child that is of the same tree.
const BIND_ONLY = "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.close()";
if (what === "bind-first") spawnSync("python3", ["-c", BIND_ONLY, port], { stdio: "inherit" });
if (what === "reopen") process.once("SIGUSR2", () => server.close(() => console.log("closed")));
setInterval(() => undefined, 2 ** 30);
listen();
