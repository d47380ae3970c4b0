// Starts a command as an editor starts its servers: `editor.mjs STDIO COMMAND…`, with pipes, or what else STDIO says for all
// three; `detached` in a session of its own with none. Passes on what the command says.
import { spawn } from "node:child_process";

const [how, command = "", ...args] = process.argv.slice(2);
const detached = how === "detached";
const child = spawn(command, args, { stdio: how === "pipe" ? "pipe" : "ignore", detached });
child.stdout?.pipe(process.stdout);
setInterval(() => {}, 60_000);
