import type { MachineFacts } from "../../../core/network.ts";
import { readSysctl } from "../sysctl.ts";
import { readApplicationFirewall } from "./application-firewall.ts";

/** The firewall is asked for when somebody wants to know: the tool that tells takes half a second. */
export function readMachine(): MachineFacts {
  const version = readSysctl("kern.osproductversion");
  return {
    macos: {
      version: typeof version === "number" ? 0 : parseVersion(version),
      get applicationFirewall() {
        return readApplicationFirewall();
      },
    },
  };
}

/** `15.1`, NUL-terminated: 15. */
export function parseVersion(bytes: Uint8Array): number {
  return Number.parseInt(new TextDecoder().decode(bytes), 10) || 0;
}
