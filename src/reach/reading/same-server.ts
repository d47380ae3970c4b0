import type { Listener, Owner } from "../facts.ts";

/**
 * Whether two sockets may belong to one server: a process of each is the other's, its parent, its child or its sibling with
 * the same command line, or both hand on to the same place (docker-proxy has a process for each family). Where an owner
 * can't be seen, they may.
 */
export function mayBeSameServer(a: Listener, b: Listener): boolean {
  if (a.owners.length === 0 || b.owners.length === 0) return true;
  return a.owners.some((one) => b.owners.some((other) => areRelated(one, other)));
}

function areRelated({ process: a, forwarder: from }: Owner, { process: b, forwarder: to }: Owner): boolean {
  if (a.pid === b.pid || a.ppid === b.pid || b.ppid === a.pid) return true;
  if (from?.to && to?.to) return from.to.host === to.to.host && from.to.port === to.to.port;
  // Workers whose master has closed its copy of the socket.
  return a.ppid !== undefined && a.ppid === b.ppid && a.ppid > 1 && sameWords(a.command, b.command);
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
