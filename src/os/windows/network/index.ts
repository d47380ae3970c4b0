import type { Network } from "../../../core/network.ts";
import { unseen } from "../../../core/seen.ts";
import { askResolvers } from "./ask-resolvers.ts";
import { connectTo } from "./connect.ts";
import { listInterfaces } from "./interfaces.ts";
import { readMachine } from "./machine.ts";
import { resolveName } from "./resolve.ts";
import { findNeighbour, findRoute } from "./route.ts";
import { sendDatagram } from "./send-datagram.ts";

export const windowsNetwork: Network = {
  interfaces: listInterfaces,
  connect: connectTo,
  sendDatagram,
  resolve: resolveName,
  askResolvers,
  route: findRoute,
  neighbour: findNeighbour,
  health: (pid) =>
    unseen(`Windows does not tell whether process ${pid} is suspended`, "look at it in Resource Monitor"),
  unixSockets: () => unseen("Windows lists no unix sockets"),
  otherNamespaces: () =>
    unseen("portguard does not look into WSL and Hyper-V containers from Windows", "run it in there"),
  kernel: () =>
    unseen("Windows has no such settings", "`netsh int ipv4 show dynamicport tcp` shows the ports for connections"),
  machine: readMachine,
};
