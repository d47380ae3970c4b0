import { lazyLibc } from "./libc.ts";
import { allSignalNumbers } from "./signals.ts";

const libc = lazyLibc({
  sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  sigprocmask: { args: ["i32", "ptr", "ptr"], returns: "i32" },
});

/** SIGPIPE and SIGXFSZ: the runtime ignores them for itself, and a program that is exec'ed would go on ignoring them. */
export const IGNORED_BY_RUNTIME = [13, 25];
const SIG_IGN = 1n;

let inherited: readonly number[] | undefined;

/**
 * What our starter has us ignore (`nohup`: SIGHUP), apart from what the runtime ignores. It is read once, before any
 * handler of ours is put in place of an ignored signal.
 */
export function inheritedIgnores(): readonly number[] {
  inherited ??= allSignalNumbers().filter((signal) => !IGNORED_BY_RUNTIME.includes(signal) && isIgnored(signal));
  return inherited;
}

/** What our starter has us leave waiting: the runtime doesn't touch its first thread's mask. Ask on that thread. */
export function inheritedBlocks(): readonly number[] {
  const blocked = new BigUint64Array(16);
  libc().sigprocmask(0, null, blocked);
  return allSignalNumbers().filter((signal) => ((blocked[0]! >> BigInt(signal - 1)) & 1n) === 1n);
}

/** `struct sigaction` begins with the handler on every system; Linux's is 152 bytes long. */
function isIgnored(signal: number): boolean {
  const action = new BigUint64Array(32);
  return libc().sigaction(signal, null, action) === 0 && action[0] === SIG_IGN;
}
