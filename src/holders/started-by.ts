import type { ReservedBy, StartedBy, StarterKind } from "../core/holder.ts";
import type { Home, Kin, Life } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";
import type { ProcessInfo } from "../core/socket.ts";
import { recognizeForwarder } from "./recognize/forwarder.ts";
import { recognizeService } from "./recognize/service.ts";
import { isManager, isShell, isWrapper, recognizeStarter } from "./recognize/starter.ts";

/** What Docker Desktop and its like publish all ports with. */
const CONTAINER_DESKTOPS = /^(?:com\.docker\..*|vpnkit.*|OrbStack.*|gvproxy|limactl|qemu-lima)$/;

/** Those that publish a container's port, and have nothing behind it themselves. */
const CONTAINER_PROXIES: ReadonlySet<string> = new Set([
  "docker-proxy",
  "rootlessport",
  "pasta",
  "slirp4netns",
  "wslrelay",
]);

/**
 * Units whose processes start things for others: what they have started is in their group, and stopping the unit would end
 * far more than it.
 */
const LAUNCHERS =
  /^(?:cron|crond|atd|ssh|sshd|anacron|user@\d+|app-.*|dbus.*|xdg-.*|gnome-.*|plasma-.*|getty@.*|docker|containerd|podman|libvirtd)\.service$/;

/** Where in a lineage the last process stands that is below init or another adopter, or below what is hidden. */
function findTop(lineage: readonly Kin[]): number {
  const at = lineage.findIndex(({ parent }, index) => parent.kind !== "started" || isInit(lineage[index + 1]));
  return at < 0 ? lineage.length - 1 : at;
}

function isInit(kin: Kin | undefined): boolean {
  return kin !== undefined && (kin.parent.kind === "first" || recognizeStarter(kin.process) === "init");
}

/** The kin from the process up to the top. */
export function ownBranch(lineage: readonly Kin[]): readonly Kin[] {
  return lineage.slice(0, findTop(lineage) + 1);
}

/** A service of its own right: one that its unit's manager would start again, and stop. */
export function serviceOf(home: Home | undefined): Home["unit"] {
  return home?.unit && !LAUNCHERS.test(home.unit.name) ? home.unit : undefined;
}

/** The nearest above it that says who is behind it; `reservation`: the portguard above it. */
export function findStartedBy(
  lineage: readonly Kin[],
  life: Life,
  port: number | undefined,
  reservation: ReservedBy | undefined,
): StartedBy {
  const [self] = lineage;
  const home = valueOf(life.home);
  const proxy = self && recognizeProxy(self.process, port);
  if (proxy !== undefined) return { kind: "container", by: proxy };
  if (home?.container) return { kind: "container", container: home.container };
  const service = self && recognizeService(self.process, port);
  if (service) return { kind: "service", ...service };
  if (reservation) return { kind: "reservation", ...reservation };
  const branch = ownBranch(lineage);
  const above = startersAbove(lineage, branch).flatMap(({ process }) => nameStarter(process));
  const [known] = above.filter(({ kind }) => kind !== "init");
  if (known) return known;
  const unit = serviceOf(home);
  if (unit) return { kind: "unit", unit };
  // What a manager listens on itself is its own, or one of its programs' (PM2 in cluster mode): all of them end with it.
  if (self && isManager(self.process)) return { kind: "manager", process: self.process };
  if (home?.service !== undefined) return { kind: "service", name: home.service };
  return nameOthers(branch, lineage, life);
}

/** Whoever stands above it, but the first process of a container where that has only inherited it. */
function startersAbove(lineage: readonly Kin[], branch: readonly Kin[]): readonly Kin[] {
  const isLeft = branch.at(-1)?.parent.kind === "adopted";
  return lineage.filter(
    ({ parent }, index) => index > 0 && !(isLeft && index === branch.length && parent.kind === "first"),
  );
}

function recognizeProxy(process: ProcessInfo, port: number | undefined): string | undefined {
  const by = recognizeForwarder(process, port)?.by;
  if (by !== undefined && CONTAINER_PROXIES.has(by)) return by;
  return CONTAINER_DESKTOPS.test(process.name ?? "") ? process.name : undefined;
}

function nameStarter(process: ProcessInfo): { readonly kind: StarterKind; readonly process: ProcessInfo }[] {
  const kind = recognizeStarter(process);
  return kind === undefined ? [] : [{ kind, process }];
}

function nameOthers(branch: readonly Kin[], lineage: readonly Kin[], life: Life): StartedBy {
  const top = branch.at(-1);
  if (!top) return { kind: "unknown" };
  const above = branch.slice(1).map(({ process }) => process);
  const shell = above.find(isShell);
  if (shell && valueOf(life.terminal)?.kind === "terminal") return { kind: "terminal", process: shell };
  const alive = above.find((process) => !isWrapper(process));
  if (top.parent.kind === "adopted") {
    // Windows gives orphans to nobody: a program whose launcher has ended is no orphan, and nor is what it has started.
    return alive && top.parent.by === undefined ? { kind: "process", process: alive } : { kind: "gone" };
  }
  if (top.parent.kind === "either") return alive ? { kind: "process", process: alive } : { kind: "unknown" };
  if (shell) return { kind: "shell", process: shell };
  if (above.length > 0) return { kind: "process", process: top.process };
  const init = lineage[branch.length];
  return top.parent.kind === "started" && init ? { kind: "init", process: init.process } : { kind: "unknown" };
}
