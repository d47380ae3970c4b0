import type { Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { SocketQuery } from "../../core/os.ts";
import type { SocketRow } from "../../core/socket.ts";
import { listPids, readFdList, readProcessBlock, readSocketBlock } from "./libproc.ts";
import { parseSocketList } from "./pcblist.ts";
import { parseSocketFds, parseSocketId } from "./process-blocks.ts";
import { readSysctl } from "./sysctl.ts";

/** The kernel's socket tables. Throws INTERNAL. */
export function listSockets({ port, protocol, states = ["listen", "bound", "open"] }: SocketQuery): SocketRow[] {
  const protocols: Protocol[] = protocol ? [protocol] : ["tcp", "udp"];
  return protocols
    .flatMap(readTable)
    .filter((row) => states.includes(row.state) && (port === undefined || row.at.port === port));
}

function readTable(protocol: Protocol): SocketRow[] {
  const bytes = readSysctl(`net.inet.${protocol}.pcblist_n`);
  if (typeof bytes !== "number") return parseSocketList(bytes, protocol);
  return fail("INTERNAL", `the socket table can't be read (error ${-bytes})`, "does a sandbox forbid it?");
}

/** Which processes (of these, or of all) have these sockets open: one pass over all fds that may be read. */
export function findOwners(rows: readonly SocketRow[], among?: readonly number[]): Map<string, number[]> {
  const owners = new Map<string, number[]>(rows.map((row) => [row.id, []]));
  if (owners.size === 0) return owners;
  for (const pid of among ?? listPids()) {
    for (const id of socketsOf(pid) ?? []) owners.get(id)?.push(pid);
  }
  return owners;
}

/** Live processes whose open files this user may not list. */
export function findHidden(pids: readonly number[]): number[] {
  return pids.filter((pid) => socketsOf(pid) === undefined && readProcessBlock(pid, "short") !== undefined);
}

/** The socket behind one of our own fds. */
export function socketOfFd(fd: number): string | undefined {
  const bytes = readSocketBlock(process.pid, fd);
  return bytes && parseSocketId(bytes);
}

function socketsOf(pid: number): Set<string> | undefined {
  const list = readFdList(pid);
  if (!list) return undefined;
  const ids = parseSocketFds(list).flatMap((fd) => {
    const bytes = readSocketBlock(pid, fd);
    return (bytes && parseSocketId(bytes)) ?? [];
  });
  return new Set(ids);
}
