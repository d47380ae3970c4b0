// node's own HTTP server: `node server.mjs PORT [HOST]`, or `node server.mjs fd:3` for a socket that was handed down.
import { createServer } from "node:http";

const [port, host] = process.argv.slice(2);
const at = port.startsWith("fd:") ? { fd: Number(port.slice(3)) } : { port: Number(port), ...(host && { host }) };
const server = createServer((_request, response) => response.end(`first ${process.pid}\n`));
server.listen(at, () => console.log("up"));
