import { lazyDll, readWide } from "../dll.ts";

const iphlpapi = lazyDll("iphlpapi.dll", {
  ConvertInterfaceAliasToLuid: { args: ["buffer", "buffer"], returns: "u32" },
  GetIfEntry2: { args: ["buffer"], returns: "u32" },
});

/** netioapi.h: struct MIB_IF_ROW2. */
const ROW_BYTES = 1352;
const ROW = { luid: 0, index: 8, alias: 28, mtu: 1124, type: 1128, state: 1156 } as const;
const ALIAS_CHARACTERS = 257;
const IF_TYPE_LOOPBACK = 24;
const IF_TYPE_IEEE80211 = 71;
const IF_OPER_STATUS_UP = 1;

export interface InterfaceRow {
  readonly index: number;
  readonly alias: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly loopback: boolean;
  readonly wireless: boolean;
}

/** An interface by its name (`Ethernet`) or its number; nothing where there is none. */
export function readInterfaceRow(of: string | number): InterfaceRow | undefined {
  const row = new Uint8Array(ROW_BYTES);
  if (typeof of === "number") new DataView(row.buffer).setUint32(ROW.index, of, true);
  else {
    const luid = new BigUint64Array(1);
    if (iphlpapi().ConvertInterfaceAliasToLuid(Buffer.from(`${of}\0`, "utf16le"), luid) !== 0) return undefined;
    new DataView(row.buffer).setBigUint64(ROW.luid, luid[0]!, true);
  }
  return iphlpapi().GetIfEntry2(row) === 0 ? parseInterfaceRow(row) : undefined;
}

export function parseInterfaceRow(row: Uint8Array): InterfaceRow {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  const type = view.getUint32(ROW.type, true);
  return {
    index: view.getUint32(ROW.index, true),
    alias: readWide(row.subarray(ROW.alias, ROW.alias + 2 * ALIAS_CHARACTERS)),
    mtu: view.getUint32(ROW.mtu, true),
    up: view.getUint32(ROW.state, true) === IF_OPER_STATUS_UP,
    loopback: type === IF_TYPE_LOOPBACK,
    wireless: type === IF_TYPE_IEEE80211,
  };
}
