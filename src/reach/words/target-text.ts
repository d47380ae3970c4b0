import type { Remedy } from "../../core/finding.ts";
import type { Target, TargetHost, TargetUrl } from "../../core/target.ts";

interface Change {
  /** As it stands in a URL: `db.lan`, `127.0.0.1`, `[fe80::1%eth0]`. */
  readonly host?: string;
  readonly scheme?: TargetUrl["scheme"];
  readonly path?: string;
}

/** The target as it would be written with another host or scheme; a bare port becomes HOST:PORT or a URL only by the change. */
export function retarget({ text, port, host, url, protocol }: Target, change: Change): string {
  const where = change.host ?? hostText(host);
  const scheme = change.scheme ?? url?.scheme;
  if (scheme !== undefined) return `${scheme}://${where}:${port}${change.path ?? url?.path ?? "/"}`;
  if (change.host === undefined) return text;
  return `${where}:${port}${protocol === "udp" ? "/udp" : ""}`;
}

/** The host as it stands in a URL; a bare port's is localhost. */
export function hostText(host: TargetHost): string {
  switch (host.kind) {
    case "this-machine":
      return "localhost";
    case "name":
      return host.name;
    case "address":
      if (host.address.family === 4) return host.address.text;
      return `[${host.address.text}${host.zone === undefined ? "" : `%${host.zone}`}]`;
  }
}

/** Asking for it in another way: nothing on this machine changes. */
export function reachInstead(what: string, target: string): Remedy {
  return { what, commands: [["portguard", "reach", target]], risk: "none" };
}
