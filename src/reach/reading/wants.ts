import { isAny, isLoopback } from "../../core/address.ts";
import type { Facts } from "../facts.ts";

/**
 * Whether it is about others reaching this machine: somebody else would connect, or the target is an address of ours that
 * others use, or a name that stands for one. Never so for another machine.
 */
export function wantsOutside({ request: { from, target }, isLocal, candidates }: Facts): boolean {
  if (!isLocal) return false;
  switch (from.kind) {
    case "lan":
    case "internet":
    case "container":
      return true;
    case "network":
      if (!isLoopback(from.address)) return true;
      break;
    case "here":
      break;
  }
  if (target.host.kind === "this-machine") return false;
  return candidates.some(({ address }) => !isLoopback(address) && !isAny(address));
}
