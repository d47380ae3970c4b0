import type { ProcessInfo } from "../core/socket.ts";
import { baseName } from "./recognize/command.ts";

/** `node (pid 4711)`. */
export function nameProcess(process: ProcessInfo): string {
  return `${process.name || baseName(process.command[0]) || "a process"} (pid ${process.pid})`;
}
