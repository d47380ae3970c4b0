import type { ProcessHealth } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readProcessBlock } from "../libproc.ts";

/** sys/proc.h: what runs and what sleeps macOS does not tell apart here. */
const SSTOP = 4;
const SZOMB = 5;
const PROC_FLAG_TRACED = 2;

/** Of anybody's process; its open files can be counted, but the limit is known to itself only. */
export function readHealth(pid: number): Seen<ProcessHealth> {
  const block = readProcessBlock(pid, "short");
  return block ? seen({ pid, state: parseState(block) }) : unseen(`process ${pid} is gone or hidden`);
}

/** `proc_bsdshortinfo`: the state at 12, flags at 32. */
export function parseState(block: Uint8Array): ProcessHealth["state"] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const status = view.getUint32(12, true);
  if (status === SZOMB) return "zombie";
  if (status !== SSTOP) return "running";
  return (view.getUint32(32, true) & PROC_FLAG_TRACED) === 0 ? "stopped" : "traced";
}
