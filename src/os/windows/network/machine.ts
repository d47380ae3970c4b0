import type { MachineFacts, WindowsFacts } from "../../../core/network.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { readExcludedRanges } from "../refusal.ts";
import { readFirewallRegistry, readFirewallState } from "./firewall-state.ts";
import { readPortProxies } from "./port-proxies.ts";
import { readServiceState } from "./service-state.ts";

/** Serves the port proxies. */
const IP_HELPER = "iphlpsvc";

/** Each is read when somebody wants to know. */
export function readMachine(): MachineFacts {
  return {
    windows: {
      get portProxies() {
        return readPortProxies();
      },
      get portProxyService() {
        return readServiceState(IP_HELPER);
      },
      get excludedRanges() {
        return listExcludedRanges();
      },
      get firewallOn() {
        return readFirewallState();
      },
      get firewallRegistry() {
        return readFirewallRegistry();
      },
    },
  };
}

function listExcludedRanges(): WindowsFacts["excludedRanges"] {
  const ranges: { protocol: "tcp" | "udp"; first: number; last: number }[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    for (const family of ["ipv4", "ipv6"] as const) {
      const found = readExcludedRanges(family, protocol);
      if (!found) return unseen("`netsh` can't be run", "`netsh int ipv4 show excludedportrange tcp` shows them");
      ranges.push(...found.map(({ from, to }) => ({ protocol, first: from, last: to })));
    }
  }
  return seen(ranges);
}
