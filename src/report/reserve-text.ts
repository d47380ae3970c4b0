import { isLoopback, unmapAddress } from "../core/address.ts";
import { formatDuration } from "../core/duration.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { joinFew, joinWords, summarizeHolders } from "../core/port-held-error.ts";
import type { HeldPort, ReserveEvent, StopReason } from "../core/reserve-event.ts";
import { renderHolders } from "./holders-text.ts";
import { renderSuccession } from "./succession-text.ts";
import { nameProcess } from "./who-text.ts";
import type { Line } from "./write.ts";

type Ready = Extract<ReserveEvent, { kind: "ready" }>;

/** What the reader of stderr must know to tell one event. */
export interface TextContext {
  /** Without a command, that the port is held is the whole news. */
  readonly hasCommand: boolean;
  /** Without a command: how long it is held, in milliseconds; nothing: until stopped. */
  readonly forMs?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The lines of stderr for one event; none for what the command or the shell shows anyway. */
export function renderReserveEvent(event: ReserveEvent, { hasCommand, forMs, now }: TextContext): readonly Line[] {
  switch (event.kind) {
    case "held":
      return hasCommand
        ? []
        : [
            {
              tone: "good",
              text: `${joinWords(event.ports.map(renderHeld))} ${forMs === undefined ? "until Ctrl-C" : `for ${formatDuration(forMs)}`}, held after ${renderMs(event.sinceStartMs)}`,
            },
          ];
    case "moved":
    case "cleared":
    case "reused":
    case "adopted":
    case "handed-on":
      return [renderTaking(event)];
    case "waiting":
      return [
        plain(
          `port ${event.port} is held ${summarizeHolders(event.holders)}; waiting up to ${formatDuration(event.forMs)}`,
        ),
        ...renderHolders(event.holders, now).map(plain),
      ];
    case "way-refused":
      return [plain(`no ${event.way}: ${event.because}; handing over by ${event.instead}`)];
    case "ready":
      return [{ tone: "good", text: renderReady(event) }];
    case "restarting":
    case "restart-failed":
    case "not-beside":
    case "crashed":
    case "gave-up":
    case "retired":
    case "queue-expired":
    case "listener-repaired":
      return renderSuccession(event);
    case "warning":
      return [
        { tone: "warn", text: `warning: ${event.what}` },
        { tone: "hint", text: event.hint },
      ];
    case "left-running":
      return renderLeftRunning(event.processes.map(({ name, pid }) => `${name} (pid ${pid})`));
    case "stopping":
      return renderStopping(event.because);
    case "file-changed":
      return [plain(`${event.path} has changed`)];
    case "started":
    case "exit":
      return [];
  }
}

type Taking = Extract<ReserveEvent, { kind: "moved" | "cleared" | "reused" | "adopted" | "handed-on" }>;

/** From whom a port was taken, or to whom it went. */
function renderTaking(event: Taking): Line {
  switch (event.kind) {
    case "moved":
      return plain(`took ${event.to} instead of ${event.from}: ${event.because}`);
    case "cleared":
      return plain(`port ${event.port} was held by ${joinWords(event.stopped.map(nameProcess))}: stopped`);
    case "reused": {
      const text = `${event.port} is served by ${nameProcess(event.process)} of this folder: nothing is started`;
      return { tone: "good", text };
    }
    case "adopted":
      return plain(`took ${joinWords(event.ports.map(String))} over from the reservation ${event.name}`);
    case "handed-on":
      return plain(`handed on to another portguard (pid ${event.pid})`);
  }
}

/** `8000 handed to uvicorn (pid 4711) by takeover: 127.0.0.1:8000, ready in 212 ms`. */
function renderReady({ bound, generation, pid, program, way, startMs }: Ready): string {
  const ports = joinWords(unique(bound.map(({ at }) => String(at.port))));
  const places = unique(bound.map(({ at }) => formatEndpoint(at))).join(", ");
  const who = `${program} (${renderPids(bound.map((each) => each.pid))})`;
  if (bound.length === 0)
    return `generation ${generation} of ${program} (pid ${pid}) counts as ready after ${renderMs(startMs)}`;
  const again = generation === 1 ? "" : `generation ${generation}: `;
  return `${again}${ports} handed to ${who} by ${way}: ${places}${renderReach(bound)}, ready in ${renderMs(startMs)}`;
}

/** Where only this machine can reach it, that is said with the start: it is the usual reason for "connection refused". */
function renderReach(bound: Ready["bound"]): string {
  const places = bound.map(({ at }) => unmapAddress(at.address));
  if (!places.every(isLoopback)) return "";
  const addresses = unique(places.map(({ text }) => text));
  return ` (bound ${joinWords(addresses)} only: unreachable from other machines)`;
}

/** Servers with many workers have one pid each; three tell enough. */
function renderPids(pids: readonly number[]): string {
  const each = unique(pids);
  if (each.length === 1) return `pid ${each[0]}`;
  return each.length <= 3
    ? `pids ${each.join(", ")}`
    : `pids ${each.slice(0, 3).join(", ")} and ${each.length - 3} more`;
}

function renderHeld({ name, port, members }: HeldPort): string {
  const label = name === undefined ? `${port}` : `${name}=${port}`;
  return `${label} held on ${joinFew(unique(members.map(formatEndpoint)))}`;
}

/** `left` are daemons as `redis-server (pid 4711)`. */
export function renderLeftRunning(left: readonly string[]): readonly Line[] {
  if (left.length === 0) return [];
  const what = left.length === 1 ? "it as a daemon" : "them as daemons";
  const text = `left running, as the command started ${what}: ${joinWords(left)}`;
  return [plain(text), { tone: "hint", text: "`--kill-all` ends daemons too" }];
}

function renderStopping(because: StopReason): readonly Line[] {
  switch (because) {
    // Whoever sent the signal knows; the command ends in its own words.
    case "signal":
      return [];
    // The error that follows tells by whom.
    case "port-stolen":
      return [];
    case "terminal-gone":
      return [plain("stopping: the terminal is gone")];
    case "parent-gone":
      return [plain("stopping: the process that started portguard is gone")];
    case "stdin-closed":
      return [plain("stopping: stdin was closed by the process that started portguard")];
    case "time-is-up":
      return [plain("letting go: the time of --for is up")];
  }
}

/** `212 ms`, and seconds from ten on: `12.3 s`. */
function renderMs(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function plain(text: string): Line {
  return { tone: "plain", text };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
