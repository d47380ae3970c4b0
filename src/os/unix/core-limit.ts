import { lazyLibc } from "./libc.ts";

const libc = lazyLibc({ setrlimit: { args: ["i32", "ptr"], returns: "i32" } });

/** The same number on Linux and macOS. */
const RLIMIT_CORE = 4;

export function setCoreLimitToZero(): void {
  libc().setrlimit(RLIMIT_CORE, new BigUint64Array(2));
}
