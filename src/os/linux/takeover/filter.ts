import { EINVAL } from "../../unix/constants.ts";
import { encodeBpf, type Instruction } from "../bpf.ts";
import { readField } from "../procfs.ts";
import { callKernel, forbidNewPrivileges, SYS } from "../syscalls.ts";

// linux/seccomp.h
const SECCOMP_SET_MODE_FILTER = 1;
const FLAG_SPEC_ALLOW = 1 << 2;
const FLAG_NEW_LISTENER = 1 << 3;
const FLAG_WAIT_KILLABLE_RECV = 1 << 5;
const RET_USER_NOTIF = 0x7fc00000;
const RET_ALLOW = 0x7fff0000;

// linux/audit.h
const AUDIT_ARCH = process.arch === "x64" ? 0xc000003e : 0xc00000b7;
const CAP_SYS_ADMIN = 21n;

const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const OFFSET_NUMBER = 0;
const OFFSET_ARCH = 4;

/** Asks us about bind() and listen() of this architecture; everything else runs as if there were no filter. */
const PROGRAM: readonly Instruction[] = [
  [LOAD, 0, 0, OFFSET_ARCH],
  [JUMP_IF_EQUAL, 0, 3, AUDIT_ARCH],
  [LOAD, 0, 0, OFFSET_NUMBER],
  [JUMP_IF_EQUAL, 2, 0, SYS.bind],
  [JUMP_IF_EQUAL, 1, 0, SYS.listen],
  [RETURN, 0, 0, RET_ALLOW],
  [RETURN, 0, 0, RET_USER_NOTIF],
];

/**
 * Puts the filter on this thread and all that it will start: the fd on which the calls are announced, or minus the error
 * number (EBUSY: another such listener stands above us; EACCES: not allowed; ENOSYS or EINVAL: the kernel can't).
 */
export function installFilter(): number {
  if (!hasSysAdmin()) {
    const done = forbidNewPrivileges();
    if (done < 0) return done;
  }
  const flags = FLAG_NEW_LISTENER | FLAG_SPEC_ALLOW;
  // Before 5.19 a signal handler of the command re-issues the call; the broker copes, but need not where it can be had.
  const listener = install(flags | FLAG_WAIT_KILLABLE_RECV);
  return listener === -EINVAL ? install(flags) : listener;
}

/** Whether the filter needs no "no new privileges", under which setuid programs are inert. */
export function hasSysAdmin(): boolean {
  const effective = readField("/proc/thread-self/status", "CapEff");
  return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}

function install(flags: number): number {
  const program = encodeBpf(PROGRAM);
  return callKernel(SYS.seccomp, SECCOMP_SET_MODE_FILTER, flags, program.header);
}
