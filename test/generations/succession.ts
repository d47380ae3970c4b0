import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import type { LoggedEvent, Run } from "../drive.ts";
import { driveAlone, reserve, serverFor, type Way } from "../guard/guarded.ts";

/** A command whose next start does what was written last: a shell script that ends as the server. */
export class Script implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-script-"));
  readonly command = ["sh", join(this.folder, "command.sh")];

  constructor(text: string) {
    this.write(text);
  }

  write(text: string): void {
    writeFileSync(join(this.folder, "command.sh"), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A shell script that becomes `server.mjs`, which answers its pid. Only a command line has `{fd}`: the first is 3. */
export function serves(way: Way, port: number, ...flags: readonly string[]): string {
  return `exec ${serverFor(way, port, ...flags)
    .join(" ")
    .replace("{fd}", "3")}\n`;
}

/** On every address, as node does: `python3 -c … PORT`. */
export const LISTEN_AND_HANG = `import socket, sys, time
s = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
time.sleep(600)`;

export interface Started extends AsyncDisposable {
  readonly run: Run;
  readonly port: number;
}

/** `server.mjs` under portguard, ready. */
export async function startServer(way: Way, flags: readonly string[] = [], ...serverFlags: string[]): Promise<Started> {
  const port = freePort();
  return startCommand(way, port, flags, serverFor(way, port, ...serverFlags));
}

/** Any command under portguard, ready. */
export async function startCommand(
  way: Way | "auto",
  port: number,
  flags: readonly string[],
  command: readonly string[],
): Promise<Started> {
  const run = driveAlone({ args: reserve(way, port, flags, command), ports: [port] });
  await run.event("ready");
  return { run, port, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

/** The event of this kind that this generation had, awaited. */
export function eventOf(run: Run, event: string, generation: number): Promise<LoggedEvent> {
  return until(`${event} of generation ${generation}`, () =>
    run.events.find((each) => each.event === event && each["generation"] === generation),
  );
}

export async function pidOf(run: Run, generation: number): Promise<number> {
  return Number((await eventOf(run, "started", generation))["pid"]);
}

/** Who answers a new connection: `server.mjs` says its pid. */
export async function answerer(port: number): Promise<number> {
  return Number((await get("127.0.0.1", port)).body);
}

/** What was said about restarts, in order: kinds with the generation. */
export function story(run: Run): string[] {
  const told = ["restarting", "started", "ready", "retired", "restart-failed", "not-beside", "crashed", "gave-up"];
  return run.events
    .filter(({ event }) => told.includes(event))
    .map((each) => `${each.event} ${String(each["generation"])}`);
}
