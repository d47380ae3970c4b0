import type { MachineFacts, NetworkInterface } from "../../../core/network.ts";
import { readTextPath } from "../../unix/paths.ts";
import { readFileStatus } from "../file-mode.ts";
import { containerOf } from "./container-name.ts";
import { nameCloud } from "./cloud.ts";
import { listInterfaces } from "./interfaces.ts";
import { seesWholeMachine } from "./pid-namespace.ts";

type Runtime = NonNullable<MachineFacts["container"]>;

/** What kind of machine this is, from what the firmware and the kernel say of themselves. */
export function readMachine(): MachineFacts {
  const cloud = nameCloud((field) => readTextPath(`/sys/class/dmi/id/${field}`)?.trim() ?? "");
  const kernel = `${readTextPath("/proc/sys/kernel/osrelease") ?? ""} ${readTextPath("/proc/version") ?? ""}`;
  const wsl = /microsoft/i.test(kernel) ? describeWsl(kernel, listInterfaces()) : undefined;
  const container = findOwnContainer();
  return { ...(cloud !== undefined && { cloud }), ...(wsl && { wsl }), ...(container && { container }) };
}

/**
 * WSL 1 is Windows' own stack. In WSL 2 the mirrored mode has an interface `loopback0` without an address (with one it is
 * that of virtioproxy); NAT gives eth0 an address of 172.16/12, or of another range where that is in use: not known then.
 */
export function describeWsl(
  kernel: string,
  interfaces: readonly Pick<NetworkInterface, "name" | "addresses">[],
): NonNullable<MachineFacts["wsl"]> {
  if (!/WSL2|microsoft-standard/i.test(kernel)) return { version: 1, networking: "unknown" };
  const v4Of = (wanted: string) =>
    interfaces
      .filter(({ name }) => name === wanted)
      .flatMap(({ addresses }) => addresses.map(({ address }) => address))
      .filter(({ family }) => family === 4);
  if (interfaces.some(({ name }) => name === "loopback0")) {
    return { version: 2, networking: v4Of("loopback0").length === 0 ? "mirrored" : "unknown" };
  }
  const isNat = v4Of("eth0").some(({ text }) => /^172\.(?:1[6-9]|2\d|3[01])\./.test(text));
  return { version: 2, networking: isNat ? "nat" : "unknown" };
}

/**
 * Whether we ourselves run in a container, and in whose. The files that runtimes leave are in images, too, from which
 * whole machines are made: they count only where the processes are a container's own.
 */
function findOwnContainer(): Runtime | undefined {
  const named = containerOf("self")?.runtime ?? nameRuntime(readTextPath("/proc/self/mountinfo") ?? "");
  if (named !== undefined || seesWholeMachine()) return named;
  if (process.env["KUBERNETES_SERVICE_HOST"]) return "kubernetes";
  if (readFileStatus("/.dockerenv")) return "docker";
  if (readFileStatus("/run/.containerenv")) return "podman";
  return managerOf(readTextPath("/run/systemd/container")?.trim());
}

/** What a container's systemd was told by the one who started it. */
function managerOf(told: string | undefined): Runtime | undefined {
  if (told === undefined || told === "" || told === "wsl") return undefined;
  return told === "lxc" || told === "docker" || told === "podman" ? told : "other";
}

/** Runtimes mount these files of a container from a folder of theirs: the only trace where the groups are hidden. */
export function nameRuntime(mountinfo: string): Runtime | undefined {
  const roots = [...mountinfo.matchAll(/^\d+ \d+ \S+ (\S+) \/etc\/(?:hosts|hostname|resolv\.conf) /gm)];
  const from = roots.map(([, root]) => root).join("\n");
  if (from.includes("/kubelet/pods/") || from.includes("/kubernetes.io~")) return "kubernetes";
  if (/\/docker\/(?:[^/\n]*\/)?containers\//.test(from)) return "docker";
  if (from.includes("/containers/storage/") || from.includes("/overlay-containers/")) return "podman";
  return /\/(?:containerd|nerdctl)\//.test(from) ? "containerd" : undefined;
}
