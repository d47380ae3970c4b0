import { readSysctlOf } from "./sysctl.ts";

const CTL_KERN = 1;
const KERN_PROCARGS2 = 49;

export interface ProcessStart {
  /** As it was started: not always a whole path. */
  readonly program: string;
  readonly command: readonly string[];
  /** `NAME=value`, then strings that the kernel adds; empty for programs that the system protects. */
  readonly environment: readonly string[];
}

/** How one of our own processes was started; nothing for those of others. */
export function readStart(pid: number): ProcessStart | undefined {
  const bytes = readSysctlOf(CTL_KERN, KERN_PROCARGS2, pid);
  return typeof bytes === "number" ? undefined : parseStart(bytes);
}

/** argc, the path of the executable, NULs up to a word's end, then argv and the environment as C strings. */
export function parseStart(bytes: Uint8Array): ProcessStart | undefined {
  if (bytes.length < 4) return undefined;
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
  const afterPath = bytes.indexOf(0, 4);
  if (afterPath < 0) return undefined;
  const first = bytes.findIndex((byte, at) => at > afterPath && byte !== 0);
  const strings = first < 0 ? [] : new TextDecoder().decode(bytes.subarray(first)).split("\0");
  return {
    program: new TextDecoder().decode(bytes.subarray(4, afterPath)),
    command: strings.slice(0, count),
    environment: strings.slice(count).filter((each) => each !== ""),
  };
}
