import { readFileSync } from "node:fs";

/** The name of the process that runs the tests, as the system has it: `bun` or `bun.exe`, as npm has installed it. */
export const OUR_NAME = readFileSync("/proc/self/comm", "utf8").trim();

/** How portguard names that process. */
export const US = `${OUR_NAME} (pid ${process.pid})`;
