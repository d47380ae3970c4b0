// A server whose one thread never gets back to its connections: `node busy.mjs PORT`. It says `ready` once it listens.
import { writeSync } from "node:fs";
import { createServer } from "node:http";

createServer((_, response) => response.end("hi")).listen(Number(process.argv[2]), "127.0.0.1", () => {
  writeSync(1, "ready\n");
  // Not asleep, not waiting: at work, like an endless loop, but easy on the machine.
  const shared = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(shared, 0, 0, 50);
});
