import type { ContainerName } from "../../../core/network.ts";
import { type ControlGroups, pathsOf, readControlGroups } from "./control-groups.ts";

type Runtime = ContainerName["runtime"];

const ID = "[0-9a-f]{64}";
/** Who names its groups how: the first that fits any path of the process; the last group of the expression is the id. */
const NAMES: readonly (readonly [runtime: Runtime, expression: RegExp])[] = [
  // kubepods-besteffort-pod….slice/cri-containerd-ID.scope, /kubepods/burstable/pod…/ID, …slice:cri-containerd:ID
  ["kubernetes", new RegExp(`kubepods.*?(?:/|-|:)(${ID})(?:\\.scope)?(?:/|$)`)],
  ["kubernetes", new RegExp(`/crio-(${ID})(?:\\.scope)?(?:/|$)`)],
  ["podman", new RegExp(`/libpod-(${ID})(?:\\.scope)?(?:/|$)`)],
  ["docker", new RegExp(`/docker-(${ID})\\.scope(?:/|$)`)],
  ["docker", new RegExp(`/(?:docker|ecs/.*|actions_job)/(${ID})(?:/|$)`)],
  ["containerd", new RegExp(`(?:/|:)(?:cri-containerd|nerdctl)(?:-|:)(${ID})(?:\\.scope)?(?:/|$)`)],
  // lxc.monitor.NAME is the one who watches it, outside.
  ["lxc", /\/lxc(?:\.payload)?[./]([^/]+)(?:\/|$)/],
  ["other", /\/systemd-nspawn@([^/]+)\.service(?:\/|$)/],
  ["other", new RegExp(`/(${ID})(?:/|$)`)],
];

/** The container that the process is in, as its control groups name it; nothing for one of the machine itself. */
export function containerOf(pid: number | "self"): ContainerName | undefined {
  const groups = readControlGroups(pid);
  return groups && nameContainer(groups);
}

export function nameContainer(groups: ControlGroups): ContainerName | undefined {
  const paths = pathsOf(groups).filter((path) => !isOutside(path));
  for (const [runtime, expression] of NAMES) {
    for (const path of paths) {
      const id = expression.exec(path)?.[1];
      if (id !== undefined) return { runtime, id };
    }
  }
  return undefined;
}

/** Helpers of a container that are not in it carry its id, too. */
function isOutside(path: string): boolean {
  return /\/(?:libpod-conmon-|crio-conmon-|lxc\.monitor[./])/.test(path);
}
