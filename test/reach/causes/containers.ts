import { requireAddress } from "../../../src/core/address.ts";
import type { ProcessHealth } from "../../../src/core/network.ts";
import { type Seen, seen } from "../../../src/core/seen.ts";
import type { ProcessInfo } from "../../../src/core/socket.ts";
import type { Namespace } from "../../../src/reach/reading/behind-forwarder.ts";
import type { Owner } from "../../../src/reach/facts.ts";
import { recognizeForwarder } from "../../../src/holders/recognize/forwarder.ts";
import { listenerOf, ownerOf } from "./facts.ts";

const ID = "3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a";

/** docker-proxy of a port 8000 that is published as the container's port 80. */
export function dockerProxy(hostIp: string, pid = 990): Owner {
  const command = `/usr/bin/docker-proxy -proto tcp -host-ip ${hostIp} -host-port 8000 -container-ip 172.17.0.2 -container-port 80`;
  const process: ProcessInfo = { pid, ppid: 800, name: "docker-proxy", command: command.split(" "), user: "root" };
  const forwarder = recognizeForwarder(process);
  return ownerOf({ process, server: "other", ...(forwarder && { forwarder }) });
}

/** The server in the container, as this machine numbers its process. */
export const INNER: ProcessInfo = {
  pid: 1200,
  ppid: 1180,
  name: "uvicorn",
  command: ["/usr/local/bin/python3", "/usr/local/bin/uvicorn", "app:app", "--port", "80"],
};

/** A docker container with the address 172.17.0.2; `localhost` in there is 127.0.0.1. */
export function containerOf(
  options: {
    /** Addresses and ports that it listens on. */
    listens?: readonly (readonly [address: string, port: number])[];
    localhost?: readonly string[];
    state?: ProcessHealth["state"];
    address?: string;
  } = {},
): Namespace {
  const { listens = [], localhost = ["127.0.0.1"], state = "sleeping", address = "172.17.0.2" } = options;
  const health: Seen<ProcessHealth> = seen({ pid: INNER.pid, state });
  return {
    id: "net:[4026532281]",
    leader: INNER,
    container: { runtime: "docker", id: ID },
    addresses: ["127.0.0.1", "::1", address].map(requireAddress),
    listeners: listens.map(([at, port]) => ({ row: listenerOf(at, { port }).row, process: INNER })),
    localhost: localhost.map(requireAddress),
    health,
  };
}
