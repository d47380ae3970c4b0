// Listens on 127.0.0.1:PORT, runs a command, and passes on what it says and how it ends: `server-above.mjs PORT COMMAND…`.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const [port, command = "", ...args] = process.argv.slice(2);
createServer().listen(Number(port), "127.0.0.1", () => {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("exit", (code) => process.stdout.write(`\nit ended with ${code}\n`));
});
