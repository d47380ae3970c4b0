import type { Exit, Os } from "../core/os.ts";
import type { PortRequest } from "../core/port-request.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import { renderReserveEvent } from "../report/reserve-text.ts";
import { writeLines } from "../report/write.ts";
import type { PickArgs } from "./pick-args.ts";
import type { Candidates } from "./pick-candidates.ts";
import { parseReserveArgs } from "./reserve-args.ts";
import type { Services } from "./services.ts";

/** Reserves the first free candidates, and runs the command on them. Throws PortguardError. */
export async function runPicked(
  { count, quiet }: PickArgs,
  command: readonly string[],
  candidates: Candidates,
  os: Os,
  { startedAt, style }: Services,
): Promise<Exit> {
  const { request: usual } = parseReserveArgs({ words: ["0"], command });
  const ports = Array.from({ length: count }, (_, index): PortRequest => ({
    ...(count > 1 && { name: String(index + 1) }),
    protocol: "tcp",
    hosts: "every",
    ports: { kind: "first-of", among: candidates.ports },
  }));
  const emit = (event: ReserveEvent) => {
    if (event.kind === "held") candidates.remember(event.ports.map(({ port }) => port));
    const heard = !quiet || event.kind === "warning";
    if (heard) writeLines(renderReserveEvent(event, { hasCommand: true, now: Date.now() }), style());
  };
  const { reserve } = await import("../reserve/run.ts");
  return reserve({ ...usual, ports }, { os, emit, startedAt });
}
