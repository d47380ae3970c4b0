import { EFAULT, ENOENT, ENOSYS, EPERM } from "../../unix/constants.ts";
import { readMemory } from "../syscalls.ts";
import { replaceFd } from "./notify.ts";

/** No call ever has it: the kernel counts them from a random number of 64 bits. */
const NO_NOTICE = 0n;
const NOWHERE = 0n;

/**
 * Whether the calls that a hand-over is made of are there and allowed, before a command depends on them: 0, or minus the
 * error number of the first that is not. (Listeners came with Linux 5.0, putting sockets into the caller with 5.9.)
 */
export function probeHandOver(listener: number, child: number): number {
  const put = replaceFd(listener, NO_NOTICE, listener, 0, false);
  if (put !== -ENOENT) return put === -EPERM ? put : -ENOSYS;
  const read = readMemory(child, NOWHERE, new Uint8Array(1));
  return read === -EFAULT ? 0 : read;
}
