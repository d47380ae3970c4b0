import type { Remedy } from "../core/finding.ts";
import type { Owner, ProcessOwner } from "../core/holder.ts";
import type { ContainerName } from "../core/network.ts";
import type { Unit } from "../core/origin.ts";
import type { OsName } from "../core/os.ts";
import { nameProcess } from "./name-process.ts";

/** How whoever has a port is stopped rightly: through whoever looks after it; nothing where there is nothing to stop. */
export function findStop(owner: Owner, system: OsName): Remedy | undefined {
  switch (owner.kind) {
    case "process":
      return stopProcess(owner, system);
    case "hidden":
      if (owner.home?.container) return stopContainer(owner.home.container, undefined);
      return owner.home?.unit && stopUnit(owner.home.unit);
    case "system":
    case "dead":
      return undefined;
  }
}

function stopProcess({ lineage, startedBy }: ProcessOwner, system: OsName): Remedy {
  const [{ process }] = lineage;
  switch (startedBy.kind) {
    case "container":
      return stopContainer(startedBy.container, startedBy.name);
    case "unit":
      return stopUnit(startedBy.unit);
    case "service":
      return { what: `stop ${startedBy.name} through the system`, commands: [], risk: "none" };
    case "manager":
      return {
        what: `stop it through ${nameProcess(startedBy.process)}, which would start it again`,
        commands: [],
        risk: "none",
      };
    case "reservation":
      return { what: "end the reservation", commands: [killCommand(startedBy.process.pid, system)], risk: "none" };
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
      return { what: "end it", commands: [killCommand(process.pid, system)], risk: "none" };
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

function killCommand(pid: number, system: OsName): string[] {
  return system === "windows" ? ["taskkill", "/PID", String(pid)] : ["kill", String(pid)];
}
