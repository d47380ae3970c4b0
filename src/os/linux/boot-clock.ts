import { lazyLibc } from "../unix/libc.ts";

const libc = lazyLibc({ clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });

/** It goes on while the machine sleeps, as the kernel counts the starts of processes. */
const CLOCK_BOOTTIME = 7;

/** Milliseconds since the boot. */
export function readBootClock(): number {
  const time = new BigInt64Array(2);
  libc().clock_gettime(CLOCK_BOOTTIME, time);
  return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
}
