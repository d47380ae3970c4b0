import { lazyDll, readWide } from "../dll.ts";

const advapi32 = lazyDll("advapi32.dll", {
  RegOpenKeyExW: { args: ["u64", "buffer", "u32", "u32", "buffer"], returns: "i32" },
  RegEnumValueW: { args: ["u64", "u32", "buffer", "buffer", "ptr", "buffer", "buffer", "buffer"], returns: "i32" },
  RegCloseKey: { args: ["u64"], returns: "i32" },
});

/** The predefined handle, sign-extended. */
const HKEY_LOCAL_MACHINE = 0xffff_ffff_8000_0002n;
const KEY_READ = 0x2_0019;
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PATH_NOT_FOUND = 3;
const ERROR_NO_MORE_ITEMS = 259;
const REG_SZ = 1;
const REG_DWORD = 4;
const MOST_VALUES = 4096;
/** A longer one is left out: no value that is looked for here is. */
const MOST_NAME = 512;
const MOST_DATA = 4096;

export type RegistryKey =
  /** Texts and numbers by name; values of other types are left out. */
  | { readonly kind: "values"; readonly values: ReadonlyMap<string, string | number> }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly error: number };

/** All values of one key of HKEY_LOCAL_MACHINE. */
export function readRegistryKey(path: string): RegistryKey {
  const key = new BigUint64Array(1);
  const error = advapi32().RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path), 0, KEY_READ, key);
  if (error === ERROR_FILE_NOT_FOUND || error === ERROR_PATH_NOT_FOUND) return { kind: "absent" };
  if (error !== 0) return { kind: "refused", error };
  try {
    return { kind: "values", values: new Map(listValues(key[0]!)) };
  } finally {
    advapi32().RegCloseKey(key[0]!);
  }
}

function* listValues(key: bigint): Generator<[string, string | number]> {
  for (let index = 0; index < MOST_VALUES; index++) {
    const [name, data] = [new Uint8Array(2 * MOST_NAME), new Uint8Array(MOST_DATA)];
    const [nameLength, dataLength, type] = [Uint32Array.of(MOST_NAME), Uint32Array.of(MOST_DATA), new Uint32Array(1)];
    const error = advapi32().RegEnumValueW(key, index, name, nameLength, null, type, data, dataLength);
    if (error === ERROR_NO_MORE_ITEMS) return;
    if (error !== 0) continue;
    const value = decodeValue(type[0]!, data.subarray(0, dataLength[0]));
    if (value !== undefined) yield [readWide(name, nameLength[0]), value];
  }
}

function decodeValue(type: number, data: Uint8Array): string | number | undefined {
  if (type === REG_SZ) return readWide(data);
  if (type !== REG_DWORD || data.length < 4) return undefined;
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

function wide(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "utf16le");
}
