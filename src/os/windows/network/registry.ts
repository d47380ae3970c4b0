import type { RegistryValue } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { lazyDll, readWide } from "../dll.ts";

const advapi32 = lazyDll("advapi32.dll", {
  RegOpenKeyExW: { args: ["u64", "buffer", "u32", "u32", "buffer"], returns: "i32" },
  RegEnumValueW: { args: ["u64", "u32", "buffer", "buffer", "ptr", "buffer", "buffer", "buffer"], returns: "i32" },
  RegEnumKeyExW: { args: ["u64", "u32", "buffer", "buffer", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  RegCloseKey: { args: ["u64"], returns: "i32" },
});

/** The predefined handle, sign-extended. */
const HKEY_LOCAL_MACHINE = 0xffff_ffff_8000_0002n;
const KEY_READ = 0x2_0019;
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PATH_NOT_FOUND = 3;
const ERROR_MORE_DATA = 234;
const ERROR_NO_MORE_ITEMS = 259;
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
const MOST_VALUES = 100_000;
const MOST_KEYS = 1000;
const MOST_DEPTH = 8;
/** No name of a value or a key is longer, in characters. */
const MOST_NAME = 16_384;
/** Room for most values; one that needs more is asked for again. */
const USUAL_DATA = 4096;
const MOST_DATA = 1024 * 1024;

export type RegistryKey =
  /** Texts and numbers by name; values of other types are left out. */
  | { readonly kind: "values"; readonly values: ReadonlyMap<string, string | number> }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly error: number };

/** All values of one key of HKEY_LOCAL_MACHINE. */
export function readRegistryKey(path: string): RegistryKey {
  using key = OpenKey.open(path);
  if (!(key instanceof OpenKey)) return key;
  const known = [...key.values()].flatMap(([name, data]) => (data === undefined ? [] : [[name, data] as const]));
  return { kind: "values", values: new Map(known) };
}

/** All values of a key of HKEY_LOCAL_MACHINE and of every key below it; none where it is not there. */
export function readRegistryTree(path: string): Seen<readonly RegistryValue[]> {
  const found: RegistryValue[] = [];
  const waiting = [{ path, depth: 0 }];
  for (let at = 0; at < waiting.length; at++) {
    const { path: next, depth } = waiting[at]!;
    using key = OpenKey.open(next);
    if (!(key instanceof OpenKey)) {
      if (key.kind === "refused") return unseen(`the registry refuses HKLM\\${next} (error ${key.error})`);
      continue;
    }
    for (const [name, data] of key.values()) found.push({ key: `HKEY_LOCAL_MACHINE\\${next}`, name, data });
    for (const name of key.names()) waiting.push({ path: `${next}\\${name}`, depth: depth + 1 });
    const isTooMuch = found.length >= MOST_VALUES || waiting.length > MOST_KEYS || depth > MOST_DEPTH;
    if (isTooMuch) return unseen(`there is too much below HKLM\\${path}`);
  }
  return seen(found);
}

class OpenKey implements Disposable {
  private constructor(private readonly raw: bigint) {}

  static open(path: string): OpenKey | (Exclude<RegistryKey, { kind: "values" }> & Disposable) {
    const key = new BigUint64Array(1);
    const error = advapi32().RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path), 0, KEY_READ, key);
    if (error === 0) return new OpenKey(key[0]!);
    const nothing = { [Symbol.dispose]: () => undefined };
    const isAbsent = error === ERROR_FILE_NOT_FOUND || error === ERROR_PATH_NOT_FOUND;
    return isAbsent ? { kind: "absent", ...nothing } : { kind: "refused", error, ...nothing };
  }

  /** Each value by its name; nothing of one that is no text and no number, or can't be read. */
  *values(): Generator<[string, string | number | undefined]> {
    const name = new Uint8Array(2 * MOST_NAME);
    let data = new Uint8Array(USUAL_DATA);
    for (let index = 0; index < MOST_VALUES; index++) {
      const [nameLength, dataLength, type] = [
        Uint32Array.of(MOST_NAME),
        Uint32Array.of(data.length),
        new Uint32Array(1),
      ];
      const error = advapi32().RegEnumValueW(this.raw, index, name, nameLength, null, type, data, dataLength);
      if (error === ERROR_NO_MORE_ITEMS) return;
      if (error === ERROR_MORE_DATA && data.length < MOST_DATA) {
        data = new Uint8Array(MOST_DATA);
        index--;
      } else {
        const value = error === 0 ? decodeValue(type[0]!, data.subarray(0, dataLength[0])) : undefined;
        yield [readWide(name, nameLength[0]), value];
      }
    }
  }

  /** The keys right below it. */
  *names(): Generator<string> {
    const name = new Uint8Array(2 * MOST_NAME);
    for (let index = 0; index <= MOST_KEYS; index++) {
      const length = Uint32Array.of(MOST_NAME);
      if (advapi32().RegEnumKeyExW(this.raw, index, name, length, null, null, null, null) !== 0) return;
      yield readWide(name, length[0]);
    }
  }

  [Symbol.dispose](): void {
    advapi32().RegCloseKey(this.raw);
  }
}

function decodeValue(type: number, data: Uint8Array): string | number | undefined {
  if (type === REG_SZ || type === REG_EXPAND_SZ) return readWide(data);
  if (type !== REG_DWORD || data.length < 4) return undefined;
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

function wide(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "utf16le");
}
