import { CLIENT, CONTAINER, PORTS } from "../town.ts";
import type { Random } from "./random.ts";

/** A table that sees what comes in by a device, or goes out by it, before and behind all others. */
export function generateDeviceTable(random: Random): string {
  const chains = Array.from({ length: 1 + random.below(2) }, (_, index) => chain(random, `d${index}`));
  return `table netdev early {\n${chains.join("")}}\n`;
}

function chain(random: Random, name: string): string {
  const device = random.pick(['device "eth0"', 'device "docker0"', "devices = { eth0, docker0 }"]);
  const rules = Array.from({ length: 1 + random.below(3) }, () => `${rule(random)}\n`);
  const hook = random.pick(["ingress", "ingress", "egress"]);
  const head = `type filter hook ${hook} ${device} priority ${random.pick([-500, 0])}; policy accept;`;
  return `chain ${name} {\n${head}\n${rules.join("")}}\n`;
}

function rule(random: Random): string {
  const from = random.pick([`ip saddr ${CLIENT.v4[1]}`, `ip6 saddr ${CLIENT.v6[0]}`, `ip daddr ${CONTAINER.v4}`]);
  const to = random.pick([
    `tcp dport ${random.pick(PORTS)}`,
    `tcp sport ${random.pick(PORTS)}`,
    "meta protocol ip6",
    "udp dport 80",
  ]);
  const end = random.pick(["drop", "drop", "accept", "meta mark set 0x1"]);
  return `${random.pick([from, to, `${from} ${to}`])} ${end}`;
}
