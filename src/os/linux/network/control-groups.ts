import { readTextPath } from "../../unix/paths.ts";

/** The control groups of one process: the path in each hierarchy, as `/proc/PID/cgroup` has them. */
export interface ControlGroups {
  /** Version 2; nothing where this machine has version 1 only. */
  readonly unified?: string;
  /** Version 1, by controller: `freezer`, `memory`, `name=systemd`. */
  readonly legacy: ReadonlyMap<string, string>;
}

export function readControlGroups(pid: number | "self"): ControlGroups | undefined {
  const text = readTextPath(`/proc/${pid}/cgroup`);
  return text === undefined ? undefined : parseControlGroups(text);
}

/** Lines of `hierarchy:controllers:path`; the controllers of version 2 are empty. */
export function parseControlGroups(text: string): ControlGroups {
  const legacy = new Map<string, string>();
  let unified: string | undefined;
  for (const line of text.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") unified = path;
    else for (const controller of controllers.split(",")) legacy.set(controller, path);
  }
  return { ...(unified !== undefined && { unified }), legacy };
}

/** All paths, each once, version 2 first. */
export function pathsOf({ unified, legacy }: ControlGroups): string[] {
  return [...new Set([...(unified === undefined ? [] : [unified]), ...legacy.values()])];
}

/** The path in the hierarchy that systemd keeps its units in. */
export function systemdPath({ unified, legacy }: ControlGroups): string | undefined {
  return legacy.get("name=systemd") ?? unified;
}

/** Whether the process is halted by its own group or one above it (`docker pause`, `systemctl freeze`). */
export function isFrozen({ unified, legacy }: ControlGroups): boolean {
  const freezer = legacy.get("freezer");
  return (
    (freezer !== undefined && readState("freezer", freezer, "freezer.state") === "FROZEN") ||
    (unified !== undefined && /^frozen 1$/m.test(readState("unified", unified, "cgroup.events") ?? ""))
  );
}

type Hierarchy = "freezer" | "unified";

function readState(hierarchy: Hierarchy, path: string, file: string): string | undefined {
  mounts ??= findMounts(readTextPath("/proc/self/mountinfo") ?? "");
  const mount = mounts.get(hierarchy);
  return mount === undefined ? undefined : readTextPath(`${mount}${path}/${file}`)?.trim();
}

let mounts: ReadonlyMap<Hierarchy, string> | undefined;

/** Where the two hierarchies that can freeze are mounted, from `/proc/self/mountinfo`. */
export function findMounts(text: string): Map<Hierarchy, string> {
  const found = new Map<Hierarchy, string>();
  for (const line of text.split("\n")) {
    const [front = "", back = ""] = line.split(" - ");
    const place = front.split(" ")[4];
    const [type, , options = ""] = back.split(" ");
    const hierarchy = type === "cgroup2" ? "unified" : options.split(",").includes("freezer") ? "freezer" : undefined;
    if (place !== undefined && hierarchy && !found.has(hierarchy)) found.set(hierarchy, place);
  }
  return found;
}
