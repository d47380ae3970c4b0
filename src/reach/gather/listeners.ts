import type { Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import { unseen } from "../../core/seen.ts";
import type { SocketRow, Waiting } from "../../core/socket.ts";
import type { Listener, Owner } from "../facts.ts";
import { recognizeForwarder } from "../../holders/recognize/forwarder.ts";
import { recognizeServer } from "../recognize/server.ts";

/** Whatever this machine has on the port: listeners, bound sockets that don't listen, UDP sockets. */
export function findListeners(port: number, os: Os, network: Network): readonly Listener[] {
  return nameOwners(os.sockets({ port }), os, (pid) => network.health(pid));
}

/** Every other TCP listener of this machine: who it is, and no more, since there may be hundreds. */
export function findNeighbours(port: number, os: Os): readonly Listener[] {
  const rows = os.sockets({ protocol: "tcp", states: ["listen"] }).filter(({ at }) => at.port !== port);
  return nameOwners(rows, os);
}

/** `look`: how a process is doing, where that is wanted, and whether it is seen waiting for connections. */
function nameOwners(rows: readonly SocketRow[], os: Os, look?: Network["health"]): readonly Listener[] {
  if (rows.length === 0) return [];
  const pids = os.ownersOf(rows);
  const known = new Map<number, Described | undefined>();
  const ownerOf = (pid: number) => {
    if (!known.has(pid)) known.set(pid, describeOwner(pid, os, look));
    return known.get(pid);
  };
  return rows.map((row) => {
    const its = row.pid === undefined ? (pids.get(row.id) ?? []) : [row.pid];
    const owners = its.flatMap((pid): Owner[] => {
      const owner = ownerOf(pid);
      if (!owner) return [];
      const waiting = look && row.state === "listen" ? os.waitingOn(row, [pid]) : "unseen";
      const forwarder = recognizeForwarder(owner.process, row.at.port);
      return [{ ...owner, ...(forwarder && { forwarder }), ...(isSeen(waiting) && { waits: waiting === "waits" }) }];
    });
    return { row, owners };
  });
}

function isSeen(waiting: Waiting): boolean {
  return waiting === "waits" || waiting === "elsewhere";
}

/** What does not depend on the socket. */
type Described = Pick<Owner, "process" | "health" | "server">;

function describeOwner(pid: number, os: Os, look?: Network["health"]): Described | undefined {
  const process = os.process(pid);
  const health = look ? look(pid) : unseen("it is on another port");
  return process && { process, health, server: recognizeServer(process) };
}
