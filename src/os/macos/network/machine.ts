import type { MachineFacts } from "../../../core/network.ts";
import { readSysctl } from "../sysctl.ts";
import { readApplicationFirewall } from "./application-firewall.ts";

/** The firewall is asked for when somebody wants to know: the tool that tells takes half a second. */
export function readMachine(): MachineFacts {
  const text = readSysctl("kern.osproductversion");
  const version = typeof text === "number" ? 0 : parseVersion(text);
  return {
    macos: {
      version,
      get applicationFirewall() {
        return readApplicationFirewall(version);
      },
    },
  };
}

/** `15.1`, NUL-terminated: 15. */
export function parseVersion(bytes: Uint8Array): number {
  return Number.parseInt(new TextDecoder().decode(bytes), 10) || 0;
}
