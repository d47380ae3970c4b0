/**
 * A server that tells what it gets: `node server.mjs PORT|fd:N [HOST] [--hear SIGNAL]… [--wait] [--log]`. It prints `up` when it
 * listens and each signal that it was told to hear, which then does not end it; every request is answered with its pid.
 * With --wait it prints `waiting` and listens at SIGUSR2; with --log it prints a line for each request, before it answers.
 */
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hear: { type: "string", multiple: true, default: [] },
    wait: { type: "boolean" },
    log: { type: "boolean" },
  },
});
const [port = "", host] = positionals;
const at = port.startsWith("fd:") ? { fd: Number(port.slice(3)) } : { port: Number(port), ...(host && { host }) };
const server = createServer(({ method, url, httpVersion }, response) => {
  if (values.log) console.log(`${method} ${url} HTTP/${httpVersion}`);
  response.end(`${process.pid}`);
});
const listen = () => server.listen(at, () => console.log("up"));

for (const signal of values.hear) process.on(signal, () => console.log(`got ${signal}`));
if (values.wait) {
  process.once("SIGUSR2", listen);
  // A signal handler alone keeps no process alive.
  setInterval(() => undefined, 2 ** 30);
  console.log("waiting");
} else listen();
