import { type Address, isAny, LOOPBACK4, LOOPBACK6 } from "../../../core/address.ts";
import type { Route } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { findSource } from "../../unix/net/find-source.ts";
import { parseScopedAddress } from "../../unix/net/scoped-address.ts";
import { runTool, type ToolOutput } from "./run-tool.ts";

/** `route -n get`: what the kernel would choose, without asking anybody. */
export function findRoute(to: Address): Seen<Route> {
  // Packets to "every address" go to this machine.
  const address = isAny(to) ? (to.family === 4 ? LOOPBACK4 : LOOPBACK6) : to;
  const zone = address.scopeId === 0 ? "" : `%${address.scopeId}`;
  const family = address.family === 4 ? "-inet" : "-inet6";
  const output = runTool("/sbin/route", "-n", "get", family, `${address.text}${zone}`);
  const route = output && parseRoute(output, address);
  if (!route) return unseen("`/sbin/route` gave no answer that portguard understands");
  const source = route.kind === "unicast" || route.kind === "local" ? findSource(address) : undefined;
  return seen({ ...route, ...(source && { source }) });
}

/** Lines of `key: value`, then two of numbers; nothing where it is something else. */
export function parseRoute({ stdout, stderr }: ToolOutput, to: Address): Route | undefined {
  // The tool ends with 0 all the same.
  if (/not in table|route has not been found/.test(stderr)) return { kind: "none", text: `no route to ${to.text}` };
  const fields = new Map(
    stdout.split("\n").flatMap((line) => {
      const [, key, value] = /^\s*([a-z ]+): (.+)$/.exec(line) ?? [];
      return key !== undefined && value !== undefined ? [[key, value.trim()] as const] : [];
    }),
  );
  const [destination, device, flags = ""] = ["destination", "interface", "flags"].map((key) => fields.get(key));
  if (destination === undefined || flags === "") return undefined;
  const gateway = parseScopedAddress(fields.get("gateway") ?? "");
  const mtu = findMtu(stdout);
  return {
    kind: kindOf(flags.split(/[<>,]/), device),
    ...(device !== undefined && { interface: device }),
    ...(gateway && flags.includes("GATEWAY") && { gateway }),
    ...(mtu && { mtu }),
    text: [...fields]
      .filter(([key]) => key !== "route to")
      .map(([key, value]) => `${key} ${value}`)
      .join(", "),
  };
}

function kindOf(flags: readonly string[], device: string | undefined): Route["kind"] {
  if (flags.includes("BLACKHOLE")) return "blackhole";
  if (flags.includes("REJECT")) return "unreachable";
  if (flags.includes("BROADCAST")) return "broadcast";
  if (flags.includes("MULTICAST")) return "multicast";
  // Everything of this machine's own arrives on the loopback.
  return flags.includes("LOCAL") || device === "lo0" ? "local" : "unicast";
}

/** The column of a table of one row; 0 stands for "not set". */
function findMtu(text: string): number | undefined {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /\bmtu\b/.test(line));
  const column = (lines[at] ?? "").trim().split(/\s+/).indexOf("mtu");
  const value = Number((lines[at + 1] ?? "").trim().split(/\s+/)[column]);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
