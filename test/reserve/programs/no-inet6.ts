/** `bun no-inet6.ts COMMAND…` becomes the command on a kernel that seems to know no IPv6: socket() says EAFNOSUPPORT. */
import { constants } from "node:os";
import { AF_INET6 } from "../../../src/os/unix/constants.ts";
import { encodeBpf } from "../../../src/os/linux/bpf.ts";
import { callKernel, forbidNewPrivileges, SYS } from "../../../src/os/linux/syscalls.ts";
import { execProgram } from "../../../src/os/unix/spawn.ts";

const SOCKET = process.arch === "x64" ? 41 : 198;
const SET_MODE_FILTER = 1;
const RET_ERRNO = 0x50000;
const RET_ALLOW = 0x7fff0000;
/** Where the call's number and the lower half of its first argument stand (linux/seccomp.h). */
const NUMBER = 0;
const FIRST_ARGUMENT = 16;
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

/** [code, jump if true, jump if false, value] */
const PROGRAM = [
  [LOAD, 0, 0, NUMBER],
  [JUMP_IF_EQUAL, 0, 3, SOCKET],
  [LOAD, 0, 0, FIRST_ARGUMENT],
  [JUMP_IF_EQUAL, 0, 1, AF_INET6],
  [RETURN, 0, 0, RET_ERRNO | constants.errno.EAFNOSUPPORT],
  [RETURN, 0, 0, RET_ALLOW],
] as const;

const filter = encodeBpf(PROGRAM);
if (forbidNewPrivileges() < 0 || callKernel(SYS.seccomp, SET_MODE_FILTER, 0, filter.header) < 0) {
  throw new Error("the filter can't be installed");
}
process.exitCode = 126;
const command = process.argv.slice(2);
execProgram(Bun.which(command[0] ?? "") ?? "", command);
