import type { Unit } from "../../../core/origin.ts";
import { readFileStatus } from "../file-mode.ts";

/** Properties by which a unit is kept from the network, and what they are where it sets nothing. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  IPAddressAllow: [""],
  IPAddressDeny: [""],
  IPIngressFilterPath: [""],
  IPEgressFilterPath: [""],
  PrivateNetwork: ["", "no"],
  NetworkNamespacePath: [""],
  RestrictAddressFamilies: ["", "~"],
  RestrictNetworkInterfaces: ["", "~"],
  SocketBindAllow: [""],
  SocketBindDeny: [""],
};
/** It asks the manager over D-Bus: some ten milliseconds; longer than this is a manager in trouble. */
const TIMEOUT_MS = 1000;

/**
 * The service that a control group belongs to: `/system.slice/nginx.service/worker` → nginx.service. A scope (a login, a
 * program of the desktop) is no service, though that of the user's manager stands above it.
 */
export function unitOf(path: string): Unit | undefined {
  const names = path.split("/").filter(Boolean);
  const at = names.findLastIndex((name) => /\.(?:service|scope|slice)$/.test(name));
  const name = names[at];
  if (name === undefined || !name.endsWith(".service")) return undefined;
  const uid = names
    .slice(0, at)
    .map((each) => /^user@(\d+)\.service$/.exec(each)?.[1])
    .find((each) => each !== undefined);
  return { name, manager: uid === undefined ? "system" : { uid: Number(uid) } };
}

/** What the unit sets on the network; nothing where systemd does not run here or is not to be asked. */
export function readUnitLimits({ name, manager }: Unit): string[] | undefined {
  if (!readFileStatus("/run/systemd/system")) return undefined;
  if (manager !== "system" && manager.uid !== process.getuid?.()) return undefined;
  const scope = manager === "system" ? "--system" : "--user";
  const command = [
    "systemctl",
    scope,
    "show",
    "--no-pager",
    `--property=${Object.keys(PROPERTIES).join(",")}`,
    "--",
    name,
  ];
  try {
    const { success, stdout } = Bun.spawnSync(command, { stdin: "ignore", stderr: "ignore", timeout: TIMEOUT_MS });
    return success ? parseUnitLimits(stdout.toString("utf8")) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what `systemctl show` prints; every address at once is written `any` again, as units have it. */
export function parseUnitLimits(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [name, value] = splitOnce(line.trim());
    const unset = PROPERTIES[name];
    return unset && value !== undefined && !unset.includes(value) ? [`${name}=${shorten(value)}`] : [];
  });
}

function splitOnce(line: string): [name: string, value: string | undefined] {
  const at = line.indexOf("=");
  return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
}

function shorten(value: string): string {
  const words = value.split(" ");
  if (!words.includes("0.0.0.0/0") || !words.includes("::/0")) return value;
  return ["any", ...words.filter((word) => word !== "0.0.0.0/0" && word !== "::/0")].join(" ");
}
