import { connect } from "node:net";

/** Connects once to each `FROM>HOST#PORT`; prints, as JSON, `connected` or `shut`. */
const WAIT_MS = 3000;

async function tryOne(text: string): Promise<string> {
  const [, localAddress, host, port] = /^(.*)>(.*)#(\d+)$/.exec(text)!;
  const socket = connect({ host: host!, port: Number(port), ...(localAddress && { localAddress }) });
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("connect", () => resolve("connected"));
  // How it was refused is not asked: Bun calls every failure ECONNREFUSED.
  socket.on("error", () => resolve("shut"));
  socket.setTimeout(WAIT_MS, () => resolve("shut"));
  const outcome = await promise;
  socket.destroy();
  return outcome;
}

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(tryOne))));
process.exit(0);
