import type { Exit } from "../../core/os.ts";
import type { ReserveEvent } from "../../core/reserve-event.ts";
import type { PortRequest } from "../../core/port-request.ts";
import type { PickArgs } from "./pick-args.ts";
import type { Candidates } from "./pick-candidates.ts";
import { runReported } from "../reserve/reserve.ts";
import { parseReserveArgs } from "../reserve/reserve-args.ts";
import type { Services } from "../services.ts";

/** Reserves the first free candidates, and runs the command on them. Throws PortguardError. */
export async function runPicked(
  { count, quiet }: PickArgs,
  command: readonly string[],
  candidates: Candidates,
  services: Services,
): Promise<Exit> {
  const { request: usual } = parseReserveArgs({ words: ["0"], command });
  const ports = Array.from({ length: count }, (_, index): PortRequest => ({
    ...(count > 1 && { name: String(index + 1) }),
    protocol: "tcp",
    hosts: "every",
    ports: { kind: "first-of", among: candidates.ports, own: candidates.own },
  }));
  const hear = (event: ReserveEvent) => {
    if (event.kind === "held") candidates.remember(event.ports.map(({ port }) => port));
  };
  return runReported({ ...usual, ports }, { quiet }, services, { hear });
}
