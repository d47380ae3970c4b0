import type { ProcessInfo } from "../../core/socket.ts";

/** What the system itself does on a port, and how it is told to stop. */
export interface SystemService {
  readonly name: string;
  readonly stop: string;
}

const AIRPLAY_PORTS = new Set([5000, 7000]);

/** Since macOS 12 the Control Center listens there for AirPlay, where Flask and others have their default. */
export function isAirPlay({ name }: ProcessInfo, port: number | undefined): boolean {
  return name === "ControlCenter" && port !== undefined && AIRPLAY_PORTS.has(port);
}

/** A process that has the port for the system, or listens until somebody connects, and starts a service then. */
export function recognizeService(process: ProcessInfo, port: number | undefined): SystemService | undefined {
  if (isAirPlay(process, port)) {
    const stop = "switch the AirPlay receiver off: System Settings, General, AirDrop & Handoff";
    return { name: "macOS' AirPlay receiver", stop };
  }
  switch (process.name) {
    case "systemd": {
      const list = ["systemctl", ...(process.pid === 1 ? [] : ["--user"]), "list-sockets"].join(" ");
      return { name: "a socket unit of systemd", stop: `stop its socket unit, which \`${list}\` names` };
    }
    case "launchd":
      return { name: "a socket of launchd's", stop: "unload the job that it is for, which `launchctl list` names" };
    default:
      return undefined;
  }
}
