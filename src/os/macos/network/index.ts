import type { Network } from "../../../core/network.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { askResolvers } from "../../unix/net/ask-resolvers.ts";
import { connectTo } from "../../unix/net/connect.ts";
import { resolveName } from "../../unix/net/resolve.ts";
import { sendDatagram } from "../../unix/net/send-datagram.ts";
import { readHealth } from "./health.ts";
import { listInterfaces } from "./interfaces.ts";
import { readMachine } from "./machine.ts";
import { findNeighbour } from "./neighbour.ts";
import { findRoute } from "./route.ts";
import { listUnixSockets } from "./unix-sockets.ts";

export const macosNetwork: Network = {
  interfaces: listInterfaces,
  connect: connectTo,
  sendDatagram,
  resolve: resolveName,
  askResolvers,
  route: findRoute,
  neighbour: findNeighbour,
  health: readHealth,
  unixSockets: listUnixSockets,
  // Containers run in a virtual machine here.
  otherNamespaces: () => seen([]),
  kernel: () => unseen("portguard reads no counters of the macOS kernel", "`netstat -s -p tcp` shows them"),
  machine: readMachine,
};
