import { lazyDll, readWide } from "./dll.ts";
import type { ProcessHandle } from "./process-handle.ts";

const ntdll = lazyDll("ntdll.dll", {
  NtQueryInformationProcess: { args: ["u64", "i32", "buffer", "u32", "buffer"], returns: "i32" },
});

const PROCESS_BASIC_INFORMATION = 0;
const PROCESS_COMMAND_LINE_INFORMATION = 60;
const BASIC_BYTES = 48;
/** A command line has at most 32,767 characters; the UNICODE_STRING (16 bytes) stands before it. */
const COMMAND_LINE_BYTES = 16 + 2 * 32_768;

/** Where 64-bit Windows keeps a process's parameters, in its own memory (PEB and RTL_USER_PROCESS_PARAMETERS). */
const PEB_IN_BASIC = 8;
const PARAMETERS_IN_PEB = 0x20n;
const CWD_IN_PARAMETERS = 0x38n;
const COMMAND_LINE_IN_PARAMETERS = 0x70n;
const ENVIRONMENT_IN_PARAMETERS = 0x80n;
const ENVIRONMENT_SIZE_IN_PARAMETERS = 0x3f0n;
/** Only a single variable is limited to 32,767 characters, an environment not: more than this is read of none. */
const ENVIRONMENT_BYTES = 1024 * 1024;

/** The command line as one text, from the kernel where it tells (Windows 8.1), else out of the process's memory. */
export function readCommandLine(handle: ProcessHandle): string | undefined {
  const bytes = query(handle, PROCESS_COMMAND_LINE_INFORMATION, COMMAND_LINE_BYTES);
  if (bytes) return readWide(bytes.subarray(16), new DataView(bytes.buffer).getUint16(0, true) / 2);
  return readParameter(handle, COMMAND_LINE_IN_PARAMETERS);
}

/** The working directory, without the backslash that Windows ends it with. */
export function readWorkingDirectory(handle: ProcessHandle): string | undefined {
  const path = readParameter(handle, CWD_IN_PARAMETERS);
  return path !== undefined && /^[a-z]:\\$/i.test(path) ? path : path?.replace(/\\$/, "");
}

/** The environment as `NAME=value` strings. */
export function readEnvironment(handle: ProcessHandle): string[] | undefined {
  const parameters = findParameters(handle);
  if (parameters === undefined) return undefined;
  const at = readPointer(handle, parameters + ENVIRONMENT_IN_PARAMETERS);
  const size = readPointer(handle, parameters + ENVIRONMENT_SIZE_IN_PARAMETERS);
  if (at === undefined || size === undefined || size > ENVIRONMENT_BYTES) return undefined;
  const bytes = handle.read(at, Number(size));
  return (
    bytes &&
    new TextDecoder("utf-16le")
      .decode(bytes)
      .split("\0")
      .filter((each) => each !== "")
  );
}

function readParameter(handle: ProcessHandle, offset: bigint): string | undefined {
  const parameters = findParameters(handle);
  return parameters === undefined ? undefined : readUnicodeString(handle, parameters + offset);
}

function findParameters(handle: ProcessHandle): bigint | undefined {
  const basic = query(handle, PROCESS_BASIC_INFORMATION, BASIC_BYTES);
  if (!basic) return undefined;
  return readPointer(handle, new DataView(basic.buffer).getBigUint64(PEB_IN_BASIC, true) + PARAMETERS_IN_PEB);
}

/** A UNICODE_STRING: its length in bytes (u16), and at 8 where the characters stand. */
function readUnicodeString(handle: ProcessHandle, at: bigint): string | undefined {
  const head = handle.read(at, 2);
  const text = readPointer(handle, at + 8n);
  if (!head || text === undefined) return undefined;
  const size = new DataView(head.buffer).getUint16(0, true);
  const bytes = handle.read(text, size);
  return bytes && readWide(bytes);
}

function readPointer(handle: ProcessHandle, at: bigint): bigint | undefined {
  const bytes = handle.read(at, 8);
  return bytes && new DataView(bytes.buffer).getBigUint64(0, true);
}

function query(handle: ProcessHandle, what: number, room: number): Uint8Array | undefined {
  const bytes = new Uint8Array(room);
  const status = ntdll().NtQueryInformationProcess(handle.raw, what, bytes, room, new Uint32Array(1));
  return status >= 0 ? bytes : undefined;
}
