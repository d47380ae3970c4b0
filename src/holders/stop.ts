import type { Endpoint } from "../core/endpoint.ts";
import type { Remedy } from "../core/finding.ts";
import type { Grade, Owner, PortHolder, ProcessOwner, ReservedBy } from "../core/holder.ts";
import type { ContainerName } from "../core/network.ts";
import type { Unit } from "../core/origin.ts";
import { nameProcess } from "./name-process.ts";
import { serviceOf } from "./started-by.ts";

/** How whoever has a port is stopped rightly: through whoever looks after it; nothing where there is nothing to stop. */
export function findStop({
  owner,
  sockets,
  verdict,
}: Pick<PortHolder, "owner" | "sockets" | "verdict">): Remedy | undefined {
  switch (owner.kind) {
    case "process":
      if (owner.isAboveUs && verdict.grade === "live") return STOP_ABOVE_US;
      if (owner.startedBy.kind === "unknown" && owner.lineage[0].parent.kind === "first") return STOP_FIRST;
      return stopProcess(owner, sockets[0]?.at, verdict.grade);
    case "hidden":
      return stopHidden(owner);
    case "system":
    case "dead":
      return undefined;
  }
}

function stopHidden({ home, published }: Extract<Owner, { kind: "hidden" }>): Remedy | undefined {
  if (published) return stopContainer(published.container, published.name);
  if (home?.container) return stopContainer(home.container, undefined);
  const unit = serviceOf(home);
  return unit && stopUnit(unit);
}

/** Who asks runs below it, and would end with it. */
export const STOP_ABOVE_US: Remedy = {
  what: "end it yourself, or run portguard from a shell that does not run below it",
  commands: [],
  risk: "none",
};

/** All others end with it, and a shell in its container, too. */
const STOP_FIRST: Remedy = { what: "stop its container from outside", commands: [], risk: "none" };

function stopProcess({ startedBy }: ProcessOwner, at: Endpoint | undefined, grade: Grade): Remedy {
  switch (startedBy.kind) {
    case "container":
      return stopContainer(startedBy.container, startedBy.name);
    case "unit":
      return stopUnit(startedBy.unit);
    case "service":
      return { what: startedBy.stop ?? `stop ${startedBy.name} through the system`, commands: [], risk: "none" };
    case "manager":
      return {
        what: `stop the program that it is for through ${nameProcess(startedBy.process)}`,
        commands: [],
        risk: "none",
      };
    case "reservation":
      return stopReservation(startedBy, at);
    case "gone":
    case "unknown":
      return grade === "managed" ? STOP_SOCKET : { what: "stop it", commands: freeing(at), risk: "none" };
    case "session":
    case "editor":
    case "agent":
    case "terminal":
    case "remote":
    case "schedule":
    case "shell":
    case "process":
    case "init":
      return { what: "stop it", commands: freeing(at), risk: "none" };
  }
}

/** It was handed its socket by somebody who would start it again with the next connection. */
const STOP_SOCKET: Remedy = {
  what: "stop whoever passes it its socket (`systemctl list-sockets` names socket units)",
  commands: [],
  risk: "none",
};

/** By its name, or by the port that it has reserved; never by a process of its own that is none of its front. */
function stopReservation({ process, name, scope }: ReservedBy, at: Endpoint | undefined): Remedy {
  if (name !== undefined)
    return { what: "end its reservation", commands: [["portguard", "free", "--name", name]], risk: "none" };
  if (scope === "port") return { what: "end its reservation", commands: freeing(at), risk: "none" };
  return { what: `end ${nameProcess(process)}, which runs it`, commands: [], risk: "none" };
}

function freeing(at: Endpoint | undefined): Remedy["commands"] {
  return at ? [["portguard", "free", nameOf(at)]] : [];
}

function stopContainer(container: ContainerName | undefined, name: string | undefined): Remedy {
  const engine = container?.runtime === "podman" ? "podman" : "docker";
  const called = name ?? container?.id.slice(0, 12);
  if (called !== undefined && (!container || container.runtime === "docker" || container.runtime === "podman")) {
    return { what: "stop its container", commands: [[engine, "stop", called]], risk: "none" };
  }
  return { what: "stop the container that publishes the port (`docker ps` lists them)", commands: [], risk: "none" };
}

function stopUnit({ name, manager }: Unit): Remedy {
  const scope = manager === "system" ? [] : ["--user"];
  return { what: "stop its service", commands: [["systemctl", ...scope, "stop", name]], risk: "none" };
}

/** `8000`, `53/udp`, as `free` takes it. */
export function nameOf({ port, protocol }: Endpoint): string {
  return protocol === "udp" ? `${port}/udp` : String(port);
}
