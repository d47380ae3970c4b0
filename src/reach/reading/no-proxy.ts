import { parseAddress } from "../../core/address.ts";
import { cidrContains, parseCidr } from "../../core/cidr.ts";

/**
 * Whether a NO_PROXY list covers this host, as curl and most others read it: names with all that ends in them (a leading
 * dot or `*.` is dropped), addresses, networks, `*`, each with or without a port; apart by commas or blanks.
 */
export function coversHost(list: string, host: string, port: number): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && covers(entry, bare.replace(/\.$/, ""), port));
}

function covers(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  const [, place = entry, only] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const name = place
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/^\*?\./, "")
    .replace(/\.$/, "");
  const address = parseAddress(host.split("%")[0] ?? "");
  if (!address) return name !== "" && (host === name || host.endsWith(`.${name}`));
  const network = parseCidr(name);
  return network !== undefined && cidrContains(network, address);
}
