import { lazyDll, readWide } from "./dll.ts";
import type { ProcessHandle } from "./process-handle.ts";

const kernel32 = lazyDll("kernel32.dll", { CloseHandle: { args: ["u64"], returns: "i32" } });
const advapi32 = lazyDll("advapi32.dll", {
  OpenProcessToken: { args: ["u64", "u32", "buffer"], returns: "i32" },
  GetTokenInformation: { args: ["u64", "i32", "buffer", "u32", "buffer"], returns: "i32" },
  LookupAccountSidW: { args: ["ptr", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer"], returns: "i32" },
});

const TOKEN_QUERY = 8;
const TOKEN_USER = 1;
/** `sizeof(SID_AND_ATTRIBUTES)`: behind it in the same buffer stands the SID, at most 68 bytes. */
const SID_OFFSET = 16;
const TOKEN_USER_BYTES = SID_OFFSET + 68;
const NAME_CHARACTERS = 256;

/** The account a process runs under, without its domain; nothing where that may not be seen. Needs `query`. */
export function readUser(handle: ProcessHandle): string | undefined {
  const token = new BigUint64Array(1);
  if (advapi32().OpenProcessToken(handle.raw, TOKEN_QUERY, token) === 0) return undefined;
  try {
    const bytes = new Uint8Array(TOKEN_USER_BYTES);
    const told = advapi32().GetTokenInformation(token[0]!, TOKEN_USER, bytes, bytes.length, new Uint32Array(1));
    return told === 0 ? undefined : nameAccount(bytes.subarray(SID_OFFSET));
  } finally {
    kernel32().CloseHandle(token[0]!);
  }
}

function nameAccount(sid: Uint8Array): string | undefined {
  const [name, domain] = [new Uint8Array(2 * NAME_CHARACTERS), new Uint8Array(2 * NAME_CHARACTERS)];
  const [nameRoom, domainRoom] = [Uint32Array.of(NAME_CHARACTERS), Uint32Array.of(NAME_CHARACTERS)];
  const found = advapi32().LookupAccountSidW(null, sid, name, nameRoom, domain, domainRoom, new Uint32Array(1));
  return found === 0 ? undefined : readWide(name);
}
