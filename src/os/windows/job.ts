import { fail } from "../../core/error.ts";
import { lastError, lazyDll } from "./dll.ts";
import { ERROR_MORE_DATA } from "./error-codes.ts";
import { ACCESS, ProcessHandle } from "./process-handle.ts";

const kernel32 = lazyDll("kernel32.dll", {
  CreateJobObjectW: { args: ["ptr", "ptr"], returns: "u64" },
  SetInformationJobObject: { args: ["u64", "i32", "buffer", "u32"], returns: "i32" },
  AssignProcessToJobObject: { args: ["u64", "u64"], returns: "i32" },
  QueryInformationJobObject: { args: ["u64", "i32", "buffer", "u32", "buffer"], returns: "i32" },
  IsProcessInJob: { args: ["u64", "u64", "buffer"], returns: "i32" },
  GetCurrentProcess: { args: [], returns: "u64" },
});

const BASIC_PROCESS_ID_LIST = 3;
const EXTENDED_LIMIT_INFORMATION = 9;
const EXTENDED_LIMIT_BYTES = 144;
const LIMIT_FLAGS_OFFSET = 16;
const KILL_ON_JOB_CLOSE = 0x2000;
/** Two u32 counts, then 8 bytes a pid. */
const LIST_HEAD_BYTES = 8;
const FIRST_ROOM_PIDS = 64;

let own: Job | undefined;

/** The job that this process is in with everything it starts; there is one, made the first time. */
export function enterJob(): Job {
  return (own ??= new Job());
}

/**
 * Ends whatever is in it the moment the last handle to it closes. We never close ours, and no child inherits it: that
 * moment is our own end, however it comes. We are in it ourselves, so that children are born in it.
 */
export class Job {
  readonly #handle: bigint;

  constructor() {
    this.#handle = kernel32().CreateJobObjectW(null, null);
    const limits = new Uint8Array(EXTENDED_LIMIT_BYTES);
    new DataView(limits.buffer).setUint32(LIMIT_FLAGS_OFFSET, KILL_ON_JOB_CLOSE, true);
    const entered =
      this.#handle !== 0n &&
      kernel32().SetInformationJobObject(this.#handle, EXTENDED_LIMIT_INFORMATION, limits, limits.length) !== 0 &&
      kernel32().AssignProcessToJobObject(this.#handle, kernel32().GetCurrentProcess()) !== 0;
    if (!entered) refuseToStart(lastError());
  }

  /** Everybody in it but ourselves. */
  pids(): number[] {
    for (let room = FIRST_ROOM_PIDS; ; room *= 2) {
      const bytes = new Uint8Array(LIST_HEAD_BYTES + 8 * room);
      const told = kernel32().QueryInformationJobObject(
        this.#handle,
        BASIC_PROCESS_ID_LIST,
        bytes,
        bytes.length,
        new Uint32Array(1),
      );
      const error = told === 0 ? lastError() : 0;
      if (error === 0) return parsePidList(bytes).filter((pid) => pid !== process.pid);
      if (error !== ERROR_MORE_DATA)
        fail("GUARD_LOST", `the job object can't be read (error ${error})`, "stop the command by hand");
    }
  }

  /** Ends one of its processes. A pid that is no longer of the job (gone, or another's by now) is left alone. */
  terminate(pid: number, exitCode: number): void {
    using handle = ProcessHandle.open(pid, ACCESS.terminate | ACCESS.queryAll);
    if (handle && this.#has(handle)) handle.terminate(exitCode);
  }

  #has(handle: ProcessHandle): boolean {
    const answer = new Int32Array(1);
    return kernel32().IsProcessInJob(handle.raw, this.#handle, answer) !== 0 && answer[0] !== 0;
  }
}

/** JOBOBJECT_BASIC_PROCESS_ID_LIST: how many are in the job, how many follow, their pids. */
export function parsePidList(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(4, true);
  return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(LIST_HEAD_BYTES + 8 * index, true)));
}

function refuseToStart(error: number): never {
  return fail(
    "UNSUPPORTED",
    `Windows gives us no job object (error ${error}): a command could not be kept from outliving portguard`,
    "start portguard outside of the program that forbids it (Windows 8 and later can nest jobs)",
  );
}
