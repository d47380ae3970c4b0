import type { Network } from "../../../core/network.ts";
import { askResolvers } from "../../unix/net/ask-resolvers.ts";
import { connectTo } from "../../unix/net/connect.ts";
import { resolveName } from "../../unix/net/resolve.ts";
import { sendDatagram } from "../../unix/net/send-datagram.ts";
import { readHealth } from "./health.ts";
import { listInterfaces } from "./interfaces.ts";
import { readKernelFacts } from "./kernel-facts.ts";
import { readMachine } from "./machine.ts";
import { listOtherNamespaces } from "./namespaces.ts";
import { findNeighbour } from "./neighbours.ts";
import { findRoute } from "./route.ts";
import { listUnixSockets } from "./unix-sockets.ts";

export const linuxNetwork: Network = {
  interfaces: listInterfaces,
  connect: connectTo,
  sendDatagram,
  resolve: resolveName,
  askResolvers,
  route: findRoute,
  neighbour: findNeighbour,
  health: readHealth,
  unixSockets: listUnixSockets,
  otherNamespaces: listOtherNamespaces,
  kernel: readKernelFacts,
  machine: readMachine,
};
