import { resolve } from "node:path";
import { binary, type DriveOptions, Run } from "../drive.ts";

export const WAYS = ["takeover", "inherit", "release"] as const;
export type Way = (typeof WAYS)[number];

/** Every way through which a program of these tests can get its port. */
export function program(name: string): string {
  return resolve(import.meta.dir, "programs", name);
}

/** `server.mjs`, told where to listen as this way of handing over needs it. */
export function serverFor(way: Way, port: number, ...flags: readonly string[]): string[] {
  return ["node", program("server.mjs"), way === "inherit" ? "fd:{fd}" : `${port}`, ...flags];
}

/** `reserve` on this port by this way, with further flags, for this command, which may take its time to start. */
export function reserve(way: Way | "auto", port: number, flags: readonly string[], command: readonly string[]) {
  const patience = flags.includes("--ready-timeout") ? [] : ["--ready-timeout", "60s"];
  return ["reserve", `${port}`, "--handoff", way, ...patience, ...flags, "--", ...command];
}

/** Like `drive`, below a shell that runs `script`; in it, "$@" is the command line of portguard. */
export function driveBelow(script: string, { args: [verb = "", ...rest], ...options }: DriveOptions): Run {
  return new Run((events) => ["sh", "-c", script, "sh", binary(), verb, "--events", events, ...rest], options);
}

/** In a session of its own without a terminal, whatever the tests themselves run in. */
export function driveAlone(options: DriveOptions): Run {
  return driveBelow('exec setsid "$@"', options);
}
