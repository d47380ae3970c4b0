import type { Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";

/** Both ends included, `first` ≤ `last`. */
export interface Ports {
  readonly protocol: Protocol;
  readonly ports: { readonly first: number; readonly last: number };
}

const SHAPES = "a rule is for one port of this machine, or a range, as in 8000, 53/udp or 8000-8010";

/** Reads `8000`, `8000-8010`, `53/udp`. `udp` is --udp. Throws BAD_PORT. */
export function parseRulePorts(text: string, udp: boolean): Ports {
  const [, first = "", last = first, said] = /^(-?\d+)(?:-(\d+))?(?:\/(tcp|udp))?$/i.exec(text) ?? [];
  if (first === "") return fail("BAD_PORT", `\`${text}\` is not a port`, SHAPES);
  const protocol = said?.toLowerCase() === "udp" || (udp && said === undefined) ? "udp" : "tcp";
  if (udp && protocol === "tcp")
    fail("BAD_PORT", `\`${text}\` and --udp contradict each other`, "leave one of them out");
  const ports = { first: requirePort(first), last: requirePort(last) };
  if (ports.first > ports.last) {
    fail("BAD_PORT", `the range \`${text}\` runs backwards`, `write ${ports.last}-${ports.first}`);
  }
  return { protocol, ports };
}

function requirePort(text: string): number {
  if (/^0\d/.test(text)) fail("BAD_PORT", `\`${text}\` starts with a zero`, `write ${Number(text)}`);
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : fail("BAD_PORT", `${text} is not a port`, "ports are 1 to 65535");
}
