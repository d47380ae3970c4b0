import { lazyLibc, orErrno } from "./libc.ts";

const libc = lazyLibc({
  getrlimit: { args: ["i32", "ptr"], returns: "i32" },
  setrlimit: { args: ["i32", "ptr"], returns: "i32" },
});

const RLIMIT_NOFILE = process.platform === "darwin" ? 8 : 7;

/** Sets this process's soft limit on open files, at most to the hard one; what it starts inherits it. */
export function setSoftNofile(soft: number): void {
  const limits = new BigUint64Array(2);
  if (orErrno(libc().getrlimit(RLIMIT_NOFILE, limits)) < 0) return;
  limits[0] = BigInt(soft) > limits[1]! ? limits[1]! : BigInt(soft);
  libc().setrlimit(RLIMIT_NOFILE, limits);
}
