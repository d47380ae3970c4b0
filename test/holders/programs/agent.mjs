// Runs a command as a coding agent runs one in a shell: in a session of its own, through pipes that it lets go of when the
// command is over. Says so, and stays: `agent.mjs COMMAND…`.
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: "pipe", detached: true });
child.stdin.end();
child.on("exit", () => {
  child.stdout.destroy();
  child.stderr.destroy();
  process.stdout.write("over\n");
});
setInterval(() => {}, 60_000);
