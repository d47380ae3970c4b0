/** A server that crashes at random, each time in another way: `node crashing.mjs PORT`. Every request is answered with its pid. */
import { createServer } from "node:http";

const WAYS = [
  () => process.exit(3),
  () => process.kill(process.pid, "SIGKILL"),
  () => process.abort(),
  () => {
    throw new Error("crashed");
  },
];
const server = createServer((_request, response) => response.end(`${process.pid}`));
server.listen(Number(process.argv[2]), () => {
  const way = WAYS[Math.floor(Math.random() * WAYS.length)];
  setTimeout(() => way?.(), 400 + 400 * Math.random());
});
