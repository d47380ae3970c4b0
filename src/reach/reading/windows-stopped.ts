import type { WindowsStop } from "../../firewall/windows/stop.ts";
import type { Facts } from "../facts.ts";
import type { WindowsWay } from "../ruled-way.ts";
import { listWays } from "./stopped.ts";

/** A connection that the Windows firewall drops, for this reason. */
export type WindowsStopped<Kind extends WindowsStop["kind"]> = WindowsWay & {
  readonly stop: Extract<WindowsStop, { kind: Kind }>;
};

/** The first one; nothing where none is dropped for this reason. */
export function findWindowsStopped<Kind extends WindowsStop["kind"]>(
  facts: Facts,
  kind: Kind,
): WindowsStopped<Kind> | undefined {
  const isIt = (way: ReturnType<typeof listWays>[number]): way is WindowsStopped<Kind> =>
    way.by === "windows" && way.stop?.kind === kind;
  return listWays(facts).find(isIt);
}
