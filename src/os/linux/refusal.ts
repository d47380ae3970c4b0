import type { Refusal } from "../../core/os.ts";
import { readTextPath } from "../unix/paths.ts";

/** The words for a port that only privileged processes may bind here. */
export function privilegedPort(port: number): Refusal {
  const first = firstUnprivilegedPort();
  return port < first
    ? {
        because: "privileged",
        what: `port ${port} is privileged: below ${first} only root may bind`,
        hint: `take a port from ${first} up, or run \`sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}\``,
      }
    : {
        because: "policy",
        what: `a security policy refuses port ${port}`,
        hint: "look at the audit log (SELinux, AppArmor)",
      };
}

/** Below this number a port is privileged in this network namespace. */
export function firstUnprivilegedPort(): number {
  const value = readTextPath("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  return value === undefined ? 1024 : Number(value);
}
