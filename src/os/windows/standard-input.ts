import { lastError, lazyDll } from "./dll.ts";
import { ERROR_BROKEN_PIPE, ERROR_PIPE_NOT_CONNECTED } from "./error-codes.ts";

const kernel32 = lazyDll("kernel32.dll", {
  GetStdHandle: { args: ["u32"], returns: "u64" },
  GetFileType: { args: ["u64"], returns: "u32" },
  PeekNamedPipe: { args: ["u64", "ptr", "u32", "ptr", "ptr", "ptr"], returns: "i32" },
});

const STD_INPUT_HANDLE = 0xffff_fff6;
const FILE_TYPE_PIPE = 3;
const ENDED: readonly number[] = [ERROR_BROKEN_PIPE, ERROR_PIPE_NOT_CONNECTED];

/** Whether another program writes our standard input. Sockets are pipes to Windows as well. */
export function isStdinPipe(): boolean {
  return kernel32().GetFileType(kernel32().GetStdHandle(STD_INPUT_HANDLE)) === FILE_TYPE_PIPE;
}

/**
 * Whether its writer is gone and everything was read. It reads nothing itself, but blocks while another process, such as
 * the command, waits in a read of the same pipe: not for the main thread.
 */
export function isStdinClosed(): boolean {
  const handle = kernel32().GetStdHandle(STD_INPUT_HANDLE);
  const open = kernel32().PeekNamedPipe(handle, null, 0, null, null, null) !== 0;
  return !open && ENDED.includes(lastError());
}
