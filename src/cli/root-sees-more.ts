import type { OsName } from "../core/os.ts";

/** Whether root would be shown whose a hidden socket is; on Windows none is hidden. */
export function rootSeesMore(system: OsName): boolean {
  return system !== "windows" && process.getuid?.() !== 0;
}
