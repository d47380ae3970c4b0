import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { OsName } from "../core/os.ts";

/** sun_path has 104 bytes on macOS and 108 on Linux, the zero at its end included (sys/un.h). */
const MOST_BYTES = 103;

/**
 * Where a reservation of this name takes requests: a socket beside its record, in a folder of its own below the temporary
 * one where that path is too long for a socket; on Windows a named pipe.
 */
export function controlPath(system: OsName, stateFolder: string, name: string): string {
  const digest = createHash("sha256").update(`${stateFolder}\0${name}`).digest("hex").slice(0, 32);
  if (system === "windows") return `\\\\.\\pipe\\portguard-${digest}`;
  const path = join(stateFolder, "reservations", `${name}.sock`);
  if (Buffer.byteLength(path) <= MOST_BYTES) return path;
  return join(temporaryFolder(), `${digest}.sock`);
}

/** Whether it is in the folder that nothing but such sockets is in. */
export function isTemporary(path: string): boolean {
  return dirname(path) === temporaryFolder();
}

function temporaryFolder(): string {
  return join(tmpdir(), `portguard-${process.getuid?.() ?? 0}`);
}

/** Where the sockets of a reservation may be sent to by whoever takes them over: for this process alone. */
export function landingPath(system: OsName, stateFolder: string, name: string): string {
  const own = `${name}.${process.pid}`;
  // There it is a file: see os/windows/passing.ts.
  return system === "windows"
    ? join(stateFolder, "reservations", `${own}.lent`)
    : controlPath(system, stateFolder, own);
}
