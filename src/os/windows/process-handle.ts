import { lazyDll, readWide } from "./dll.ts";
import { msOfFiletime, msOfTicks } from "./filetime.ts";

const kernel32 = lazyDll("kernel32.dll", {
  OpenProcess: { args: ["u32", "i32", "u32"], returns: "u64" },
  CloseHandle: { args: ["u64"], returns: "i32" },
  WaitForSingleObject: { args: ["u64", "u32"], returns: "u32" },
  GetProcessTimes: { args: ["u64", "buffer", "buffer", "buffer", "buffer"], returns: "i32" },
  ReadProcessMemory: { args: ["u64", "u64", "buffer", "u64", "buffer"], returns: "i32" },
  QueryFullProcessImageNameW: { args: ["u64", "u32", "buffer", "buffer"], returns: "i32" },
  GetExitCodeProcess: { args: ["u64", "buffer"], returns: "i32" },
  TerminateProcess: { args: ["u64", "u32"], returns: "i32" },
});

/** What may be done with a process (winnt.h), one bit each. */
export const ACCESS = {
  terminate: 0x0001,
  readMemory: 0x0010,
  queryAll: 0x0400,
  query: 0x1000,
  wait: 0x0010_0000,
} as const;

const WAIT_OBJECT_0 = 0;
/** The longest path that Windows has. */
const PATH_CHARACTERS = 32_768;

/** One process, kept by the kernel as long as this is open: its pid can't become another's meanwhile. */
export class ProcessHandle implements Disposable {
  private constructor(readonly raw: bigint) {}

  /** Nothing where there is no such process or this access to it is refused. */
  static open(pid: number, access: number): ProcessHandle | undefined {
    const raw = kernel32().OpenProcess(access, 0, pid);
    return raw === 0n ? undefined : new ProcessHandle(raw);
  }

  /** An ended process can still be opened while somebody has a handle to it. Needs `wait`. */
  hasEnded(): boolean {
    return kernel32().WaitForSingleObject(this.raw, 0) === WAIT_OBJECT_0;
  }

  /** Milliseconds since the epoch. Needs `query`. */
  startedAt(): number | undefined {
    const created = this.#times()?.[0];
    return created && msOfFiletime(created[0]!);
  }

  /** What it has computed so far, in milliseconds. Needs `query`. */
  cpuMs(): number | undefined {
    const times = this.#times();
    return times && msOfTicks(times[2][0]! + times[3][0]!);
  }

  #times(): Times | undefined {
    const times = Array.from({ length: 4 }, () => new BigUint64Array(1)) as [...Times];
    return kernel32().GetProcessTimes(this.raw, ...times) === 0 ? undefined : times;
  }

  /** The whole path of the file that it runs. Needs `query`. */
  program(): string | undefined {
    const [path, room] = [new Uint8Array(2 * PATH_CHARACTERS), Uint32Array.of(PATH_CHARACTERS)];
    if (kernel32().QueryFullProcessImageNameW(this.raw, 0, path, room) === 0) return undefined;
    return readWide(path, room[0]);
  }

  /** Nothing where not all of it can be read. Needs `readMemory`. */
  read(address: bigint, size: number): Uint8Array | undefined {
    const bytes = new Uint8Array(size);
    const done = new BigUint64Array(1);
    if (kernel32().ReadProcessMemory(this.raw, address, bytes, BigInt(size), done) === 0) return undefined;
    return done[0] === BigInt(size) ? bytes : undefined;
  }

  /** All 32 bits; nothing while it lives. Needs `query` and `wait`. */
  exitCode(): number | undefined {
    const code = new Uint32Array(1);
    return this.hasEnded() && kernel32().GetExitCodeProcess(this.raw, code) !== 0 ? code[0] : undefined;
  }

  /** Needs `terminate`. Whether it was asked for; the end itself comes a moment later. */
  terminate(exitCode: number): boolean {
    return kernel32().TerminateProcess(this.raw, exitCode) !== 0;
  }

  [Symbol.dispose](): void {
    kernel32().CloseHandle(this.raw);
  }
}

type Times = readonly [created: BigUint64Array, exited: BigUint64Array, kernel: BigUint64Array, user: BigUint64Array];
