import type { KernelFacts } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readTextPath } from "../../unix/paths.ts";
import { listFolder } from "../list-folder.ts";

const NET = "/proc/sys/net";
const RP_FILTER = `${NET}/ipv4/conf`;

/** The settings and counters of our network namespace. */
export function readKernelFacts(): Seen<KernelFacts> {
  const [first, last] = (readTextPath(`${NET}/ipv4/ip_local_port_range`) ?? "").trim().split(/\s+/).map(Number);
  const somaxconn = readNumber(`${NET}/core/somaxconn`);
  if (!first || !last || somaxconn === undefined) return unseen(`${NET} can't be read here`);
  const count = readNumber(`${NET}/netfilter/nf_conntrack_count`);
  const max = readNumber(`${NET}/netfilter/nf_conntrack_max`);
  return seen({
    // Not there where the kernel was started without IPv6.
    bindV6Only: readNumber(`${NET}/ipv6/bindv6only`) === 1,
    ephemeralPorts: { first, last },
    somaxconn,
    reversePathFilter: readReversePathFilter(),
    ...(count !== undefined && max !== undefined && { conntrack: { count, max } }),
    counters: readCounters(),
  });
}

function readReversePathFilter(): Map<string, number> {
  const all = readNumber(`${RP_FILTER}/all/rp_filter`) ?? 0;
  const names = (listFolder(RP_FILTER) ?? []).filter((name) => name !== "all" && name !== "default");
  return new Map(names.map((name) => [name, Math.max(all, readNumber(`${RP_FILTER}/${name}/rp_filter`) ?? 0)]));
}

/**
 * Those of /proc/net/netstat by their own names, ListenOverflows. In /proc/net/snmp several protocols have one of the
 * same name, so there it stands in front, as `nstat` has it: TcpRetransSegs, UdpNoPorts.
 */
function readCounters(): Map<string, number> {
  return new Map([
    ...parseCounters(readTextPath("/proc/net/snmp") ?? "").map(
      ({ group, name, value }) => [`${group}${name}`, value] as const,
    ),
    ...parseCounters(readTextPath("/proc/net/netstat") ?? "").map(({ name, value }) => [name, value] as const),
  ]);
}

/** Pairs of lines, `Group: name name …` over `Group: value value …`. */
export function parseCounters(text: string): { group: string; name: string; value: number }[] {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([group = "", ...names], index) => {
    const values = lines[index + 1];
    if (index % 2 === 1 || values?.[0] !== group || !group.endsWith(":")) return [];
    return names.map((name, at) => ({ group: group.slice(0, -1), name, value: Number(values[at + 1]) }));
  });
}

function readNumber(path: string): number | undefined {
  const text = readTextPath(path)?.trim();
  return text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text);
}
