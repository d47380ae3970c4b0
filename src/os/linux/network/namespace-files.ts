import { type Address, LOOPBACK6, parseAddress, sameAddress } from "../../../core/address.ts";
import type { SocketRow } from "../../../core/socket.ts";
import { closeFd } from "../../unix/files.ts";
import { openPath } from "../../unix/paths.ts";
import { readFileStatus } from "../file-mode.ts";
import { parseProcNet } from "../proc-net.ts";
import { callKernel, SYS } from "../syscalls.ts";
import { readHead } from "./read-head.ts";
import { scopedAddress } from "./rtnetlink.ts";

/** Listeners stand before connections in these files: some 7,000 lines of them are read. */
const MANY = 1024 * 1024;
const HOSTS_LIMIT = 64 * 1024;

/** The sockets that wait for clients in the network namespace of a process. */
export function readListeners(pid: number): SocketRow[] {
  return (["tcp", "udp"] as const).flatMap((protocol) =>
    [protocol, `${protocol}6`]
      .flatMap((file) => parseProcNet(readHead(`/proc/${pid}/net/${file}`, MANY) ?? "", protocol))
      .filter(({ state }) => state === "listen" || state === "open"),
  );
}

/** The addresses of the network namespace of a process. */
export function readAddresses(pid: number): Address[] {
  const v4 = parseFibTrie(readHead(`/proc/${pid}/net/fib_trie`, MANY) ?? "");
  const v6 = parseIfInet6(readHead(`/proc/${pid}/net/if_inet6`, MANY) ?? "");
  return [...v4, ...v6];
}

/** `|-- 172.17.0.2` with `/32 host LOCAL` below it is an address of its own; each stands there once a table. */
export function parseFibTrie(text: string): Address[] {
  const leaves = text.matchAll(/^ +\|-- ([0-9.]+)\n(?: +\/\d+ .*\n)*? +\/32 host LOCAL$/gm);
  const texts = new Set([...leaves].map(([, address = ""]) => address));
  return [...texts].flatMap((each) => parseAddress(each) ?? []);
}

/** Lines of `address index prefix scope flags name`, all in hexadecimal. */
export function parseIfInet6(text: string): Address[] {
  return [...text.matchAll(/^([0-9a-f]{32}) ([0-9a-f]+) /gm)].map(([, address = "", index = ""]) =>
    scopedAddress(Uint8Array.fromHex(address), Number.parseInt(index, 16)),
  );
}

/** What `localhost` is to the process, whose namespace has these addresses. */
export function readLocalhost(pid: number, own: readonly Address[]): Address[] | undefined {
  const hosts = readFileWithin(pid, "etc/hosts");
  return hosts === undefined ? undefined : orderLocalhost(hosts, own);
}

/**
 * As getaddrinfo would answer from this hosts file: ::1 first (RFC 6724), unless the namespace does not have it; nothing
 * where the file does not name it, since then others are asked.
 */
export function orderLocalhost(hosts: string, own: readonly Address[]): Address[] | undefined {
  const found = hosts.split("\n").flatMap((line) => {
    const [first = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const address = names.includes("localhost") ? parseAddress(first) : undefined;
    return address ? [address] : [];
  });
  const all = found.filter((address, at) => found.findIndex((other) => sameAddress(address, other)) === at);
  const rank = ({ family }: Address) => (family === 4 ? 1 : own.some((each) => sameAddress(each, LOOPBACK6)) ? 0 : 2);
  return all.length === 0 ? undefined : all.toSorted((a, b) => rank(a) - rank(b));
}

const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_IN_ROOT = 0x10;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/**
 * The beginning of a file as the process sees it. Its links are followed within its own root, and only a plain file is
 * opened: the file system is somebody else's, who may have put a device or a pipe there.
 */
function readFileWithin(pid: number, path: string): string | undefined {
  const root = openPath(`/proc/${pid}/root`, O_PATH);
  if (root < 0) return undefined;
  const how = new BigUint64Array([BigInt(O_PATH | O_CLOEXEC), 0n, BigInt(RESOLVE_IN_ROOT)]);
  const fd = callKernel(SYS.openat2, root, Buffer.from(`${path}\0`), new Uint8Array(how.buffer), how.byteLength);
  closeFd(root);
  if (fd < 0) return undefined;
  try {
    const self = `/proc/self/fd/${fd}`;
    const isPlain = ((readFileStatus(self)?.mode ?? 0) & S_IFMT) === S_IFREG;
    return isPlain ? readHead(self, HOSTS_LIMIT) : undefined;
  } finally {
    closeFd(fd);
  }
}
