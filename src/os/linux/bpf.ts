import { ptr } from "bun:ffi";

export type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

/** A struct sock_fprog, and the instructions that it points at: keep both until the kernel has copied them. */
export interface BpfProgram {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly instructions: Uint8Array<ArrayBuffer>;
}

/** Encodes a classic BPF program: 8 bytes an instruction. */
export function encodeBpf(program: readonly Instruction[]): BpfProgram {
  const code = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [operation, whenTrue, whenFalse, value]] of program.entries()) {
    code.setUint16(index * 8, operation, true);
    code.setUint8(index * 8 + 2, whenTrue);
    code.setUint8(index * 8 + 3, whenFalse);
    code.setUint32(index * 8 + 4, value, true);
  }
  const instructions = new Uint8Array(code.buffer);
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length, true);
  header.setBigUint64(8, BigInt(ptr(instructions)), true);
  return { header: new Uint8Array(header.buffer), instructions };
}
