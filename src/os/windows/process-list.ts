import { fail } from "../../core/error.ts";
import { lastError, lazyDll, readWide } from "./dll.ts";

const kernel32 = lazyDll("kernel32.dll", {
  CreateToolhelp32Snapshot: { args: ["u32", "u32"], returns: "u64" },
  Process32FirstW: { args: ["u64", "buffer"], returns: "i32" },
  Process32NextW: { args: ["u64", "buffer"], returns: "i32" },
  CloseHandle: { args: ["u64"], returns: "i32" },
});

const TH32CS_SNAPPROCESS = 2;
const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn;
/** `sizeof(PROCESSENTRY32W)`, and where its fields stand. */
const ENTRY_BYTES = 568;
const ENTRY = { pid: 8, ppid: 32, name: 44 } as const;

/** What Windows tells of every process, whoever's it is. */
export interface ListedProcess {
  readonly pid: number;
  /** Who started it; that process may be gone, and its number another's. */
  readonly ppid: number;
  /** The file's name without `.exe`. */
  readonly name: string;
}

/** Every process of this machine, one after the other from one snapshot. Throws INTERNAL: none would be all dead. */
export function* listProcesses(): Generator<ListedProcess> {
  const snapshot = kernel32().CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (snapshot === INVALID_HANDLE) {
    const error = lastError();
    fail(
      "INTERNAL",
      `the list of processes can't be read (error ${error})`,
      `look it up with \`net helpmsg ${error}\``,
    );
  }
  try {
    const entry = new Uint8Array(ENTRY_BYTES);
    new DataView(entry.buffer).setUint32(0, ENTRY_BYTES, true);
    for (
      let more = kernel32().Process32FirstW(snapshot, entry);
      more;
      more = kernel32().Process32NextW(snapshot, entry)
    ) {
      yield parseProcessEntry(entry);
    }
  } finally {
    kernel32().CloseHandle(snapshot);
  }
}

export function parseProcessEntry(entry: Uint8Array): ListedProcess {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  return {
    pid: view.getUint32(ENTRY.pid, true),
    ppid: view.getUint32(ENTRY.ppid, true),
    name: readWide(entry.subarray(ENTRY.name)).replace(/\.exe$/i, ""),
  };
}
