import { CLIENT, PORTS, SERVER } from "../town.ts";
import type { Random } from "./random.ts";

/** How the columns of each set may be asked. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  hosts4: ["src", "dst"],
  nets4: ["src", "dst"],
  both4: ["src", "dst"],
  ports4: ["src,dst", "dst,dst", "dst,src"],
  few4: ["src", "dst"],
  local4: ["src", "dst"],
  netports4: ["src,dst", "dst,src"],
  triples4: ["dst,dst,src", "src,src,dst"],
  faces4: ["src,src", "dst,src"],
};

/** A set and its columns, as a match asks them. */
export function askedSet(random: Random, family: 4 | 6): readonly [set: string, flags: string] {
  const set = family === 6 ? "hosts6" : random.pick(Object.keys(ASKED));
  return [set, random.pick(ASKED[set] ?? ["src", "dst"])];
}

/** What `ipset restore` reads: the sets that the rules above ask. */
export function generateIpSets(random: Random): string {
  return [
    "create hosts4 hash:ip family inet",
    ...random.some([...CLIENT.v4, ...SERVER.v4], 2).map((each) => `add hosts4 ${each}`),
    "create nets4 hash:net family inet",
    "add nets4 10.77.0.0/24",
    ...random.some(["10.77.0.2", "10.77.0.0/30"], 2).map((each) => `add nets4 ${each} nomatch`),
    "create ports4 hash:ip,port family inet",
    ...random.some(PORTS, 3).map((port) => `add ports4 ${random.pick(SERVER.v4)},tcp:${port}`),
    "create both4 list:set",
    "add both4 hosts4",
    "create few4 bitmap:port range 0-9000 timeout 600 counters",
    ...random.some(PORTS, 3).map((port) => `add few4 ${port}`),
    "create local4 bitmap:ip range 10.77.0.0/24",
    `add local4 ${random.pick(["10.77.0.1-10.77.0.4", "10.77.0.8/30"])}`,
    "create netports4 hash:net,port family inet comment",
    ...random.some(PORTS, 3).map((port) => `add netports4 10.77.0.0/29,tcp:${port} comment "of ${port}"`),
    "create triples4 hash:ip,port,net family inet",
    ...random.some(PORTS, 3).map((port) => `add triples4 ${random.pick(SERVER.v4)},tcp:${port},10.77.0.0/29`),
    "create faces4 hash:net,iface family inet",
    `add faces4 ${random.pick(["10.77.0.0/24", "172.30.0.0/16"])},${random.pick(["eth0", "docker0"])}`,
    "create seen4 hash:ip family inet",
    "create seen6 hash:ip family inet6",
    "create hosts6 hash:ip family inet6",
    ...random.some([...CLIENT.v6, ...SERVER.v6], 2).map((each) => `add hosts6 ${each}`),
    "",
  ].join("\n");
}
