import { lazyLibc, orErrno } from "../../unix/libc.ts";

// ioctl is variadic: on arm64 its third argument travels on the stack, behind eight register arguments.
const isArm = process.arch === "arm64";
const libc = lazyLibc({
  ioctl: isArm
    ? { args: ["i32", "u64", "u64", "u64", "u64", "u64", "u64", "u64", "ptr"], returns: "i32" }
    : { args: ["i32", "u64", "ptr"], returns: "i32" },
});

// sys/sockio.h, net/if_media.h of macOS
const SIOCGIFMTU = 0xc0206933;
const SIOCGIFMEDIA = 0xc02c6938;
/** struct ifreq, struct ifmediareq: the name (16 bytes), then what is asked for. */
const IFREQ_BYTES = 32;
const IFMEDIAREQ_BYTES = 44;
const VALUE_AT = 16;
const IFM_NMASK = 0xe0;
const IFM_IEEE80211 = 0x80;

export function readMtu(fd: number, name: string): number | undefined {
  return ask(fd, SIOCGIFMTU, name, IFREQ_BYTES);
}

/** False where it does not say what it is. */
export function readsAsWireless(fd: number, name: string): boolean {
  const media = ask(fd, SIOCGIFMEDIA, name, IFMEDIAREQ_BYTES);
  return media !== undefined && (media & IFM_NMASK) === IFM_IEEE80211;
}

/** The first word of the answer. */
function ask(fd: number, request: number, name: string, size: number): number | undefined {
  const bytes = Buffer.alloc(size);
  bytes.write(name, 0, VALUE_AT - 1);
  const call = libc().ioctl as (...args: (number | Uint8Array)[]) => number;
  const padding = isArm ? [0, 0, 0, 0, 0, 0] : [];
  return orErrno(call(fd, request, ...padding, bytes)) < 0 ? undefined : bytes.readInt32LE(VALUE_AT);
}
