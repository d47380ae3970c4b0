/**
 * Has files open that no child is to have, as the runtime may at any moment, and starts a program: `bun spawn-among-fds.ts
 * FD…`, with those it is to have. That one prints which it has.
 */
import { openSync } from "node:fs";
import { duplicateFd } from "../../../src/os/unix/files.ts";
import { inheritedFds, strayFds } from "../../../src/os/unix/inherited-fds.ts";
import { spawnProcess } from "../../../src/os/unix/spawn.ts";

inheritedFds();
const only = process.argv.slice(2).map(Number);
const file = openSync("/proc/self/statm", "r");
for (const fd of [3, 20, ...only]) duplicateFd(file, fd);
const closed = strayFds(only);
// In the very moment of the start.
for (let late = 0; late < 3; late++) duplicateFd(file, 3);
spawnProcess({
  file: "sh",
  argv: ["sh", "-c", "for fd in /proc/$$/fd/*; do [ ! -e $fd ] || echo $fd; done"],
  env: { PATH: process.env["PATH"] ?? "" },
  defaultSignals: [],
  blockedSignals: [],
  closed,
});
