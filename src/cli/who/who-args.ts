import type { Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import type { WhoRequest } from "../../core/who-request.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth, textOf } from "../words/flag-values.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";
import { WHO_FLAGS } from "./who-flags.ts";

/** A `who` command line, read. */
export interface WhoArgs {
  readonly request: WhoRequest;
  /** What was asked for, as it is told. */
  readonly asked: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

const HIGHEST_PORT = 65_535;
/** Linux counts no further (PID_MAX_LIMIT), and Windows hardly ever. */
const HIGHEST_PID = 0xffff_ffff;

/** Reads what follows `portguard who`. Throws a PortguardError whose exit is 2. */
export function parseWhoArgs({ words, command }: Invocation): WhoArgs {
  const targets: string[] = [];
  const flags = parseArgs(words, { verb: "who", flags: WHO_FLAGS }, (word) => {
    targets.push(word);
    if (targets.length > 1) fail("BAD_USAGE", `\`${word}\` is a second question`, "ask for one at a time");
  });
  if (command) fail("BAD_USAGE", "who runs no command", "leave `--` and what follows it out");
  refuseBoth(flags, "json", "quiet");
  const [target] = targets;
  const request = readRequest(flags, target);
  const asked = describeAsked(request);
  return { request, asked, json: flags.has("json"), quiet: flags.has("quiet"), color: colorOf(flags) };
}

function readRequest(flags: FlagValues, target: string | undefined): WhoRequest {
  const pid = textOf(flags, "pid");
  const udp = flags.has("udp");
  if (pid !== undefined) {
    if (target !== undefined) fail("BAD_USAGE", `--pid and \`${target}\` are two questions`, "ask for one at a time");
    return { kind: "pid", pid: readPid(pid), ...protocolOf(udp ? "udp" : undefined) };
  }
  if (target === undefined) return { kind: "all", ...protocolOf(udp ? "udp" : undefined) };
  const [, place = "", said] = /^(.*?)(?:\/(tcp|udp))?$/i.exec(target) ?? [];
  if (udp && said?.toLowerCase() === "tcp") {
    fail("BAD_TARGET", `\`${target}\` and --udp contradict each other`, "leave one of them out");
  }
  return { ...readPlace(place), ...protocolOf(said?.toLowerCase() ?? (udp ? "udp" : undefined)) };
}

/** A number that can't be a port is a process's, any other word a name. */
function readPlace(place: string) {
  const digits = /^:?(-?\d+)$/.exec(place)?.[1];
  if (digits === undefined) return readName(place);
  const number = Number(digits);
  if (number < 1)
    fail("BAD_TARGET", `\`${digits}\` is not a port`, "ports are 1 to 65535, and processes have numbers, too");
  if (number <= HIGHEST_PORT) return { kind: "port" as const, port: number };
  return { kind: "pid" as const, pid: readPid(digits) };
}

function readName(place: string) {
  if (/^\d+[-,]\d/.test(place)) fail("BAD_TARGET", `\`${place}\` is more than one port`, "ask for one at a time");
  const port = /^(?:.*:\/\/)?[^/]*:(\d+)(?:\/|$)/.exec(place)?.[1];
  const isPort = Number(port) >= 1 && Number(port) <= HIGHEST_PORT;
  if (isPort) fail("BAD_TARGET", `\`${place}\` is more than a port`, `write \`portguard who ${port}\``);
  if (place === "" || /[\s/]/.test(place)) {
    fail("BAD_TARGET", `\`${place}\` is no port, process or name`, "write it as 8000, 53/udp, 470011 or nginx");
  }
  return { kind: "name" as const, name: place };
}

function readPid(text: string): number {
  const pid = /^\d+$/.test(text) ? Number(text) : 0;
  return pid >= 1 && pid <= HIGHEST_PID ? pid : fail("BAD_USAGE", `\`${text}\` is not a process`, "write --pid=4711");
}

function protocolOf(said: string | undefined): { protocol?: Protocol } {
  return said === "tcp" || said === "udp" ? { protocol: said } : {};
}

function describeAsked(request: WhoRequest): string {
  const { protocol } = request;
  switch (request.kind) {
    case "port":
      return `${request.port}${protocol === undefined ? "" : `/${protocol}`}`;
    case "pid":
      return `a port as pid ${request.pid}`;
    case "name":
      return `a port as ${request.name}`;
    case "all":
      return "a port";
  }
}
