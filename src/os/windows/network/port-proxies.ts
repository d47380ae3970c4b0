import { type Address, ANY4, ANY6, LOOPBACK4, LOOPBACK6, parseAddress } from "../../../core/address.ts";
import type { PortProxy } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readRegistryKey, type RegistryKey } from "./registry.ts";

const KEY = "SYSTEM\\CurrentControlSet\\Services\\PortProxy";

/** What `netsh interface portproxy` has set, of any two families. */
export function readPortProxies(): Seen<readonly PortProxy[]> {
  const found: PortProxy[] = [];
  for (const family of [4, 6] as const) {
    for (const other of [4, 6] as const) {
      const key = readRegistryKey(`${KEY}\\v${family}tov${other}\\tcp`);
      if (key.kind === "refused") return unseen(`the registry refuses the port proxies (error ${key.error})`);
      found.push(...parsePortProxies(key, family));
    }
  }
  return seen(found);
}

/** `0.0.0.0/8080` = `127.0.0.1/80`, or `*` for every address, or names. */
export function parsePortProxies(key: RegistryKey, family: 4 | 6): PortProxy[] {
  if (key.kind !== "values") return [];
  return [...key.values].flatMap(([name, value]) => {
    const [from, to] = [splitPlace(name), splitPlace(String(value))];
    const address = from && findListenAddress(from.host, family);
    return address && to ? [{ listen: { protocol: "tcp", address, port: from.port, dual: false }, to }] : [];
  });
}

function splitPlace(text: string): { host: string; port: number } | undefined {
  const [, host, digits] = /^(.+)\/([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return host !== undefined && port > 0 && port <= 65_535 ? { host, port } : undefined;
}

function findListenAddress(host: string, family: 4 | 6): Address | undefined {
  if (host === "*") return family === 4 ? ANY4 : ANY6;
  if (host.toLowerCase() === "localhost") return family === 4 ? LOOPBACK4 : LOOPBACK6;
  return parseAddress(host);
}
