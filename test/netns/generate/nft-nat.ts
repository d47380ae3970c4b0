import { CLIENT, CONTAINER, PORTS, SERVER } from "../town.ts";
import type { Family } from "./nft-sets.ts";
import type { Random } from "./random.ts";

/** How often a base chain at a hook translates, and where. */
export const NATS = {
  prerouting: { share: 0.45, priorities: [-100, -90, -110] },
  output: { share: 0.45, priorities: [-100, -90, -110] },
  input: { share: 0.1, priorities: [100, 90] },
  postrouting: { share: 0.5, priorities: [100, 100, 90, 110] },
} as const;

/** A translation that its hook allows. */
export function natAction(random: Random, family: Family, hook: "output" | "input" | "postrouting"): string {
  return hook === "output" ? destinationNat(random, family) : sourceNat(random, family, hook);
}

function destinationNat(random: Random, family: Family): string {
  const port = random.pick(PORTS);
  const forms = [
    `meta l4proto tcp redirect to :${port}`,
    "tcp dport 80 redirect",
    "redirect to :tcp dport map @redirected",
    `udp dport ${random.pick(PORTS)} redirect to :${port}`,
  ];
  const [to4, to6] = [random.pick([SERVER.v4[1], CONTAINER.v4]), random.pick([SERVER.v6[1], CONTAINER.v6])];
  if (family === "ip")
    forms.push(`meta l4proto tcp dnat to ${to4}:${port}`, `dnat to ${to4}`, "dnat to tcp dport map @dnats4");
  if (family === "ip6") forms.push(`meta l4proto tcp dnat to [${to6}]:${port}`, `dnat to ${to6}`);
  if (family === "inet")
    forms.push(`meta l4proto tcp dnat ip to ${to4}:${port}`, `meta l4proto tcp dnat ip6 to [${to6}]:${port}`);
  return random.pick(forms);
}

function sourceNat(random: Random, family: Family, hook: "input" | "postrouting"): string {
  const isV6 = family === "ip6" || (family === "inet" && random.chance(0.4));
  const as = random.pick(isV6 ? [SERVER.v6[1], "fd30::1", CLIENT.v6[1]] : [SERVER.v4[1], "172.30.0.1", CLIENT.v4[1]]);
  const kind = family === "inet" ? ` ${isV6 ? "ip6" : "ip"}` : "";
  const forms = [`snat${kind} to ${as}`, `meta l4proto tcp snat${kind} to ${isV6 ? `[${as}]` : as}:20000-30000`];
  if (hook === "postrouting") forms.push("masquerade", "masquerade", "meta l4proto tcp masquerade to :20000-30000");
  return random.pick(forms);
}
