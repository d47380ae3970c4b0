import { WaitLoop } from "../../wait-loop.ts";
import { lazyDll } from "../dll.ts";

const winsock = lazyDll("ws2_32.dll", {
  select: { args: ["i32", "buffer", "buffer", "buffer", "buffer"], returns: "i32" },
});

interface Watched {
  readonly socket: bigint;
  readonly what: "connect" | "read";
}

const NO_TIME = new Int32Array(2);
const READY = 1;

// WSAPoll() kept silent about connections that failed until Windows 10 2004: select() does not.
const loop = new WaitLoop<Watched>((all) => {
  const reading = all.filter(({ what }) => what === "read");
  const connecting = all.filter(({ what }) => what === "connect");
  const [read, written, failed] = [setOf(reading), setOf(connecting), setOf(connecting)];
  // Sets that it refused would go on naming every socket, and none of them is known to be ready.
  if (winsock().select(0, read, written, failed, NO_TIME) < 0) return all.map(() => 0);
  const ready = new Set([read, written, failed].flatMap((set) => [...set.subarray(1, 1 + Number(set[0]!))]));
  return all.map(({ socket }) => (ready.has(socket) ? READY : 0));
});

/** Waits until the connection is made or has failed, or until there is something to read, or the end. False: not in time. */
export async function untilReady(socket: bigint, what: Watched["what"], timeoutMs: number): Promise<boolean> {
  return (await loop.wait({ socket, what }, timeoutMs)) !== 0;
}

/** An fd_set: the count (4 bytes and 4 of padding), then the sockets; there may be more of them than its declaration has. */
function setOf(watched: readonly Watched[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from([BigInt(watched.length), ...watched.map(({ socket }) => socket)]);
}
