import { CONTAINER, PORTS, SERVER } from "../town.ts";
import type { Random } from "./random.ts";

export type Family = "inet" | "ip" | "ip6";

export const INTERFACES = ["eth0", "lo", "docker0", "wlan0"];
export const NETS4 = [
  "10.77.0.0/24",
  "10.0.0.0/8",
  "172.30.0.0/16",
  "10.77.0.8/30",
  "10.77.0.1-10.77.0.4",
  "127.0.0.0/8",
];
export const NETS6 = ["fd77::/64", "fd30::/64", "fd77::8/126", "fd77::1-fd77::4", "::1/128"];

/** Sets, maps and named limits, which the rules of the same table ask. */
export function generateSets(random: Random, family: Family): string {
  const list = (values: readonly (string | number)[]) => `{ ${values.join(", ")} }`;
  const ports = () => random.some(PORTS, 3);
  const verdicts = ports().map(
    (port) => `${port} : ${random.pick(["accept", "drop", "jump c2", "goto c2", "return", "continue"])}`,
  );
  const lines = [
    `set ports { type inet_service; flags interval; elements = ${list([...new Set([random.pick(["80-81", "443", "8000-8080"]), random.pick([82, 7])])])}; }`,
    `set names { type ifname; elements = ${list(random.some(INTERFACES, 2).map((each) => `"${each}"`))}; }`,
    `map verdicts { type inet_service : verdict; elements = ${list(verdicts)}; }`,
    `map redirected { type inet_service : inet_service; elements = ${list(ports().map((port) => `${port} : ${random.pick(PORTS)}`))}; }`,
    `map marks { type inet_service : mark; elements = ${list(ports().map((port) => `${port} : ${random.pick(["0x1", "0x2"])}`))}; }`,
    "limit lim { rate 10000/second burst 10000 packets; }",
    "counter hits { }",
    "quota much { over 1000 mbytes; }",
    `set seen4 { type ipv4_addr; flags dynamic; timeout 1h; }`,
    `set seen6 { type ipv6_addr; flags dynamic; timeout 1h; }`,
  ];
  if (family !== "ip6") {
    lines.push(
      `map dnats4 { type inet_service : ipv4_addr . inet_service; elements = ${list(ports().map((port) => `${port} : ${random.pick([SERVER.v4[1], CONTAINER.v4])} . ${random.pick(PORTS)}`))}; }`,
      `map pairs { type ipv4_addr . inet_service : verdict; flags interval; elements = { 10.77.0.0/29 . 80-82 : ${random.pick(["accept", "drop", "goto c2"])}, 10.77.0.9 . 443 : ${random.pick(["accept", "drop", "return"])} }; }`,
      `set hosts4 { type ipv4_addr; flags interval; elements = ${list([random.pick(NETS4.slice(0, 4))])}; }`,
      `set pairs4 { type ipv4_addr . inet_service; flags interval; elements = ${list([`${random.pick(["10.77.0.0/24", "10.77.0.2", "10.77.0.9", "127.0.0.1"])} . ${random.pick(["80", "80-82", "8000-8080"])}`])}; }`,
    );
  }
  if (family !== "ip")
    lines.push(`set hosts6 { type ipv6_addr; flags interval; elements = ${list([random.pick(NETS6.slice(0, 3))])}; }`);
  return lines.map((line) => `${line}\n`).join("");
}
