import { lazyLibc } from "../unix/libc.ts";

const libc = lazyLibc({
  proc_listallpids: { args: ["ptr", "i32"], returns: "i32" },
  proc_pidinfo: { args: ["i32", "i32", "u64", "ptr", "i32"], returns: "i32" },
  proc_pidfdinfo: { args: ["i32", "i32", "i32", "ptr", "i32"], returns: "i32" },
});

/** What `readProcessBlock` can be asked for (sys/proc_info.h): its number, and the size of its structure. */
export const BLOCKS = {
  /** `proc_bsdinfo`: of our own processes only. */
  full: { flavor: 3, size: 136 },
  /** `proc_vnodepathinfo`: the working folder, of our own processes only. */
  folders: { flavor: 9, size: 2352 },
  /** `proc_bsdshortinfo`: of anybody's. */
  short: { flavor: 13, size: 64 },
  /** `proc_uniqidentifierinfo`: of anybody's. */
  ancestry: { flavor: 17, size: 56 },
} as const;

const LIST_FDS = 1;
const FD_ENTRY = 8;

/** What `readFdBlock` can be asked for. */
export const FD_BLOCKS = {
  /** `vnode_fdinfowithpath` */
  path: { flavor: 2, size: 1200 },
  /** `socket_fdinfo` */
  socket: { flavor: 3, size: 792 },
  /** `pipe_fdinfo` */
  pipe: { flavor: 6, size: 184 },
} as const;

const PIDS_AT_FIRST = 1024;

/** Every process of the machine, the dead that are not collected yet included. */
export function listPids(): number[] {
  for (let room = PIDS_AT_FIRST; ; room *= 2) {
    const pids = new Int32Array(room);
    const count = libc().proc_listallpids(pids, pids.byteLength);
    if (count < room) return [...pids.subarray(0, Math.max(count, 0))].filter((pid) => pid > 0);
  }
}

/** One structure about a live process; nothing where it is gone, or is not for us to see. */
export function readProcessBlock(pid: number, block: keyof typeof BLOCKS): Uint8Array<ArrayBuffer> | undefined {
  const { flavor, size } = BLOCKS[block];
  const bytes = new Uint8Array(size);
  return libc().proc_pidinfo(pid, flavor, 0, bytes, size) === size ? bytes : undefined;
}

/** The open files of a process, as `proc_fdinfo` entries; nothing where they may not be seen. */
export function readFdList(pid: number): Uint8Array<ArrayBuffer> | undefined {
  for (;;) {
    const room = libc().proc_pidinfo(pid, LIST_FDS, 0, null, 0);
    if (room < FD_ENTRY) return undefined;
    const bytes = new Uint8Array(room);
    const length = libc().proc_pidinfo(pid, LIST_FDS, 0, bytes, room);
    // A list that fills the room to the last entry may have been cut.
    if (length < room) return length <= 0 ? undefined : bytes.subarray(0, length);
  }
}

/** The `socket_fdinfo` of one fd; nothing where it was closed meanwhile. */
export function readSocketBlock(pid: number, fd: number): Uint8Array<ArrayBuffer> | undefined {
  return readFdBlock(pid, fd, "socket");
}

/** One structure about an open file; nothing where it was closed meanwhile, or is of another kind. */
export function readFdBlock(
  pid: number,
  fd: number,
  block: keyof typeof FD_BLOCKS,
): Uint8Array<ArrayBuffer> | undefined {
  const { flavor, size } = FD_BLOCKS[block];
  const bytes = new Uint8Array(size);
  return libc().proc_pidfdinfo(pid, fd, flavor, bytes, size) === size ? bytes : undefined;
}
