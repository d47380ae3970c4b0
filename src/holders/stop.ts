import type { Endpoint } from "../core/endpoint.ts";
import type { Remedy } from "../core/finding.ts";
import type { Owner, PortHolder, ProcessOwner } from "../core/holder.ts";
import type { ContainerName } from "../core/network.ts";
import type { Unit } from "../core/origin.ts";
import { nameProcess } from "./name-process.ts";
import { serviceOf } from "./started-by.ts";

/** How whoever has a port is stopped rightly: through whoever looks after it; nothing where there is nothing to stop. */
export function findStop({ owner, sockets }: Pick<PortHolder, "owner" | "sockets">): Remedy | undefined {
  switch (owner.kind) {
    case "process":
      return stopProcess(owner, sockets[0]?.at);
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

function stopProcess({ startedBy }: ProcessOwner, at: Endpoint | undefined): Remedy {
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
    case "session":
    case "editor":
    case "agent":
    case "terminal":
    case "remote":
    case "schedule":
    case "shell":
    case "process":
    case "init":
    case "gone":
    case "unknown":
      return { what: "stop it", commands: at ? [["portguard", "free", nameOf(at)]] : [], risk: "none" };
  }
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
function nameOf({ port, protocol }: Endpoint): string {
  return protocol === "udp" ? `${port}/udp` : String(port);
}
