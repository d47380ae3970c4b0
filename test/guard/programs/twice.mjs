/** Two servers in one program that want one port: `node twice.mjs PORT`. It prints what became of each. */
import { createServer } from "node:http";

const port = Number(process.argv[2]);
/** @param {string} host */
const serve = (host, then = () => {}) => {
  const server = createServer((_request, response) => response.end(host));
  server.on("error", (error) =>
    console.log(`${host} ${"code" in error && error.code === "EADDRINUSE" ? "is in use" : error.message}`),
  );
  server.listen(port, host, () => {
    console.log(`${host} up`);
    then();
  });
};
serve("0.0.0.0", () => serve("127.0.0.1"));
