import type { Address } from "../../../core/address.ts";
import type { NeighbourState } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { runTool } from "./run-tool.ts";

/** What `arp` and `ndp` show of one address. */
export function findNeighbour({ family, text, scopeId }: Address): Seen<NeighbourState> {
  const zone = scopeId === 0 ? "" : `%${scopeId}`;
  const output = family === 4 ? runTool("/usr/sbin/arp", "-n", text) : runTool("/usr/sbin/ndp", "-n", `${text}${zone}`);
  if (!output) return unseen(`\`${family === 4 ? "arp" : "ndp"}\` gave no answer`);
  const shown = output.stdout + output.stderr;
  return seen(family === 4 ? parseArp(shown) : parseNdp(shown));
}

/** `? (192.168.1.77) at (incomplete) on en0 ifscope [ethernet]` for each interface; of several the best is taken. */
export function parseArp(text: string): NeighbourState {
  const states = [...text.matchAll(/\) at (\S+) on /g)].map(([, address]) => address);
  if (states.some((address) => address !== "(incomplete)")) return "reachable";
  // Whether it is still being asked for, or nobody has answered, is not told apart.
  return states.length > 0 ? "incomplete" : "none";
}

/** The state is the first letter behind the time that is left: No state, Incomplete, Reachable, Stale, Delay, Probe. */
export function parseNdp(text: string): NeighbourState {
  for (const line of text.split("\n")) {
    const [, lladdr, state] = /^\S*:\S*\s+(\S+)\s+\S+\s+\S+\s+([NIRSDPW])\b/.exec(line) ?? [];
    if (lladdr === undefined) continue;
    if (lladdr === "(incomplete)") return "incomplete";
    return state === "R" ? "reachable" : "stale";
  }
  return "none";
}
