import { requireAddress } from "../../../src/core/address.ts";
import type { MachineFacts, MacosFacts, PortProxy, WindowsFacts } from "../../../src/core/network.ts";
import { seen } from "../../../src/core/seen.ts";
import { endpointOf } from "./facts.ts";

/** A Windows with its firewall on, nothing forwarded and nothing excluded. */
export function windowsOf(overrides: Partial<WindowsFacts> = {}): MachineFacts {
  return {
    windows: {
      portProxies: seen([]),
      portProxyService: seen("running"),
      excludedRanges: seen([]),
      firewallOn: seen(true),
      firewallRegistry: seen([]),
      ...overrides,
    },
  };
}

export function proxyOf(listen: string, port: number, host: string): PortProxy {
  return { listen: endpointOf(requireAddress(listen), port), to: { host, port } };
}

/** A macOS whose application firewall is on, and lets every program in. */
export function macosOf(
  firewall: Partial<{ on: boolean; blockAll: boolean; blocked: string[]; allowed: string[] }> = {},
): MachineFacts {
  const applicationFirewall: MacosFacts["applicationFirewall"] = seen({
    on: true,
    blockAll: false,
    blocked: [],
    allowed: [],
    ...firewall,
  });
  return { macos: { version: 15, applicationFirewall } };
}
