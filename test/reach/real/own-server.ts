import { join } from "node:path";
import type { Started } from "../../drive/started.ts";
import { need, needThat } from "../../need.ts";
import type { OwnNamespace } from "../../os/own-namespace.ts";

/** A program of this folder. */
export function programOf(name: string): string {
  return join(import.meta.dir, "programs", name);
}

/** Whether a server can be started in a network namespace of a test's own. */
export function needOwnServers(): boolean {
  return need("ip", "python3") && needThat("root", process.getuid?.() === 0);
}

/**
 * Starts `programs/server.py` in the namespace, on this address and port and with these faults, and waits until it is
 * ready. It ends with the namespace.
 */
export async function startServer(
  within: OwnNamespace,
  address: string,
  port: number,
  ...faults: readonly string[]
): Promise<Started> {
  return within.start("python3", programOf("server.py"), address, String(port), ...faults);
}

/** A second network namespace, joined to the first by a cable; each end has its address on an interface of this name. */
export function joinNamespaces(
  [a, atA, nameA]: readonly [OwnNamespace, string, string],
  [b, atB, nameB]: readonly [OwnNamespace, string, string],
): void {
  a.ip("link", "add", nameA, "type", "veth", "peer", "name", nameB, "netns", b.name);
  a.ip("addr", "add", atA, "dev", nameA);
  b.ip("addr", "add", atB, "dev", nameB);
  a.ip("link", "set", nameA, "up");
  b.ip("link", "set", nameB, "up");
}

/** Runs a program in the namespace, with /sys as it is: `ip netns exec` has one of its own, without control groups. */
export function enter({ name }: OwnNamespace): readonly string[] {
  return ["nsenter", `--net=/run/netns/${name}`];
}

/** An interface with an address that others would use. */
export function addInterface(within: OwnNamespace, name: string, ...addresses: readonly string[]): void {
  // One end of a cable whose other end hangs loose: not every kernel has dummy interfaces.
  within.ip("link", "add", name, "type", "veth", "peer", "name", `${name}-end`);
  within.ip("link", "set", `${name}-end`, "up");
  for (const address of addresses) {
    within.ip("addr", "add", address, "dev", name, ...(address.includes(":") ? ["nodad"] : []));
  }
  within.ip("link", "set", name, "up");
}
