import type { Refusal } from "../../core/os.ts";
import { readSysctl } from "./sysctl.ts";

const FIRST_UNPRIVILEGED = 1024;

/** Why macOS refuses a port that nobody has. It says "in use" where a port is reserved for one of its own services. */
export function explainRefusal(port: number): Refusal | undefined {
  const reserved = readSysctl("net.restricted_port.bitmap");
  if (typeof reserved === "number" || !hasBit(reserved, port)) return undefined;
  return {
    because: "policy",
    what: `port ${port} is reserved by macOS for a service of its own`,
    hint: "take another port, or the next free one with `--auto`",
  };
}

/** The words for an address that we are not permitted to bind. Since macOS 10.14 wildcards are free for everyone. */
export function explainDenial(port: number, host: string): Refusal {
  return port < FIRST_UNPRIVILEGED
    ? {
        because: "privileged",
        what: `port ${port} is privileged on ${host}: below ${FIRST_UNPRIVILEGED} only root may bind a single address`,
        hint: `take a port from ${FIRST_UNPRIVILEGED} up, or every address: leave out \`--host\``,
      }
    : {
        because: "policy",
        what: `a security policy refuses port ${port} on ${host}`,
        hint: "run it outside its sandbox",
      };
}

/** One bit for each port, in words of 64 bits, little-endian like the machine. */
export function hasBit(bitmap: Uint8Array, port: number): boolean {
  return (((bitmap[port >> 3] ?? 0) >> (port & 7)) & 1) === 1;
}
