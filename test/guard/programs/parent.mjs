/**
 * An editor or an agent in short: `node parent.mjs pipe|ignore COMMAND…` starts a command with such a stdin, which it
 * closes at SIGUSR1. It never ends by itself.
 */
import { spawn } from "node:child_process";

const [input, ...command] = process.argv.slice(2);
const [file = "", ...args] = command;
const child = spawn(file, args, { stdio: [input === "pipe" ? "pipe" : "ignore", "inherit", "inherit"] });
process.on("SIGUSR1", () => child.stdin?.end());
setInterval(() => undefined, 2 ** 30);
