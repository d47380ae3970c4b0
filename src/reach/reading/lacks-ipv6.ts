import { isLoopback } from "../../core/address.ts";
import { isLinkLocal6 } from "./address-space.ts";
import type { Facts } from "../facts.ts";
import type { Failed } from "./failures.ts";

/** Whether no address of ours could be the near end of it. Without that, the error means something else. */
export function lacksIPv6({ interfaces }: Facts, { each, failure }: Failed): boolean {
  const { address } = each.to;
  if (address.family !== 6) return false;
  if (failure === "no-family") return true;
  const own = interfaces.flatMap(({ addresses }) => addresses.map((assigned) => assigned.address));
  const isAnyGood = isLoopback(address) || isLinkLocal6(address);
  return !own.some((mine) => mine.family === 6 && (isAnyGood || (!isLoopback(mine) && !isLinkLocal6(mine))));
}
