/**
 * A sandbox or an old kernel in short: `bun deny.ts WHAT ERROR COMMAND…` becomes COMMAND under a seccomp filter that
 * refuses one thing with this error number.
 */
import { dlopen, ptr } from "bun:ffi";

const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const MODE_FILTER = 2;
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_SET = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const REFUSE = 0x00050000;
const NUMBER = 0;
const SECOND_ARGUMENT = 24;

const x64 = process.arch === "x64";
const SECCOMP = x64 ? 317 : 277;
const IOCTL = x64 ? 16 : 29;

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

const call = (number: number): Instruction[] => [
  [LOAD, 0, 0, NUMBER],
  [JUMP_IF_EQUAL, 1, 0, number],
];
const callWith = (number: number, jump: number, value: number): Instruction[] => [
  [LOAD, 0, 0, NUMBER],
  [JUMP_IF_EQUAL, 0, 2, number],
  [LOAD, 0, 0, SECOND_ARGUMENT],
  [jump, 1, 0, value],
];

const DENIED: Record<string, Instruction[]> = {
  // SECCOMP_FILTER_FLAG_NEW_LISTENER (Linux 5.0), _WAIT_KILLABLE_RECV (5.19), SECCOMP_IOCTL_NOTIF_ADDFD (5.9)
  listener: callWith(SECCOMP, JUMP_IF_SET, 1 << 3),
  killable: callWith(SECCOMP, JUMP_IF_SET, 1 << 5),
  addfd: callWith(IOCTL, JUMP_IF_EQUAL, 0x40182103),
  pidfd_open: call(434),
  pidfd_getfd: call(438),
  process_vm_readv: call(x64 ? 310 : 270),
};

const [what = "", error, ...command] = process.argv.slice(2);
const program: Instruction[] = [...DENIED[what]!, [RETURN, 0, 0, ALLOW], [RETURN, 0, 0, REFUSE | Number(error)]];

const instructions = new DataView(new ArrayBuffer(program.length * 8));
for (const [index, [code, whenTrue, whenFalse, value]] of program.entries()) {
  instructions.setUint16(index * 8, code, true);
  instructions.setUint8(index * 8 + 2, whenTrue);
  instructions.setUint8(index * 8 + 3, whenFalse);
  instructions.setUint32(index * 8 + 4, value, true);
}
const header = new DataView(new ArrayBuffer(16));
header.setUint16(0, program.length, true);
header.setBigUint64(8, BigInt(ptr(instructions.buffer)), true);

const { prctl, execvp } = dlopen("libc.so.6", {
  prctl: { args: ["i32", "u64", "ptr", "u64", "u64"], returns: "i32" },
  execvp: { args: ["ptr", "ptr"], returns: "i32" },
}).symbols;

const words = command.map((word) => Buffer.from(`${word}\0`));
const argv = BigUint64Array.from([...words.map((word) => BigInt(ptr(word))), 0n]);
if (prctl(PR_SET_NO_NEW_PRIVS, 1, null, 0, 0) + prctl(PR_SET_SECCOMP, MODE_FILTER, ptr(header.buffer), 0, 0) === 0)
  execvp(words[0]!, argv);
throw new Error(`\`${what}\` can't be denied here`);
