import { dlopen, ptr } from "bun:ffi";
import { writeFileSync } from "node:fs";

// Bun collects its children when it finds the time: these are started and collected between two lines of a race.
const { symbols: libc } = dlopen("libc.so.6", {
  posix_spawn: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  kill: { args: ["i32", "i32"], returns: "i32" },
});

const WNOHANG = 1;
const SIGKILL = 9;

/** Starts a program with these words, and answers its pid. */
export function start(...argv: readonly string[]): number {
  const words = argv.map((word) => Buffer.from(`${word}\0`));
  const pointers = BigUint64Array.from([...words.map((word) => BigInt(ptr(word))), 0n]);
  const pid = new Int32Array(1);
  const nothing = new BigUint64Array(1);
  const error = libc.posix_spawn(ptr(pid), ptr(words[0]!), null, null, ptr(pointers), ptr(nothing));
  if (error !== 0) throw new Error(`${argv.join(" ")} could not be started: ${error}`);
  return pid[0]!;
}

/** Whether a child lives; one that does not is collected. */
export function lives(pid: number): boolean {
  return libc.waitpid(pid, null, WNOHANG) === 0;
}

/** Kills a child, and collects it: its number is nobody's then. */
export function end(pid: number): void {
  libc.kill(pid, SIGKILL);
  libc.waitpid(pid, null, 0);
}

/** Collects whoever is dead: the first process of a namespace gets them all. */
export function collect(): void {
  while (libc.waitpid(-1, null, WNOHANG) > 0);
}

export function signal(pid: number, number: number): void {
  libc.kill(pid, number);
}

/** Ends a child, and starts another one under its number. Threads take numbers, too: it is tried until it is so. */
export function replace(pid: number, ...argv: readonly string[]): void {
  end(pid);
  for (;;) {
    writeFileSync("/proc/sys/kernel/ns_last_pid", String(pid - 1));
    const next = start(...argv);
    if (next === pid) return;
    end(next);
  }
}
