import type { Address } from "../../core/address.ts";
import { checkPortRequests } from "../../core/check-port-requests.ts";
import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import { holdForBind } from "../../core/overrule.ts";
import { parseHost, parsePortWord } from "../../core/parse-port-request.ts";
import { requireReservationName } from "../../core/reservation.ts";
import type { PortRequest } from "../../core/port-request.ts";
import type { ReadyCheck, ReserveRequest } from "../../core/reserve-request.ts";
import { colorOf, oneOf, refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import { readIfHeld } from "./if-held-args.ts";
import { applyAs, readBind, refuseOwnHosts } from "./overrule-args.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";
import { showPlainCommand } from "../words/show-plain-command.ts";
import { RESERVE_FLAGS } from "./reserve-flags.ts";

/** A `reserve` command line, read: what to do, and how to tell it. */
export interface ReserveArgs {
  readonly request: ReserveRequest;
  /** Whose sockets to take over: `request` has no ports then. */
  readonly adopt?: string;
  /** Hold in a process of its own. */
  readonly detach: boolean;
  readonly report: {
    /** `FILE` or `fd:N`, as given. */
    readonly events?: string;
    readonly quiet: boolean;
  };
  /** Show the plan only, in this form. */
  readonly dryRun?: "text" | "json";
}

const WAYS = ["auto", "takeover", "inherit", "release"] as const;
const POLICIES = ["no", "on-failure", "always"] as const;
const MODES = ["auto", "rolling", "stop-first"] as const;

/** Reads what follows `portguard reserve`. Throws a PortguardError whose exit is 2. */
export function parseReserveArgs({ words, command }: Invocation): ReserveArgs {
  const portWords: string[] = [];
  const flags = parseArgs(words, { verb: "reserve", flags: RESERVE_FLAGS }, (word) => {
    refuseLooseCommand(word, portWords);
    parsePortWord(word);
    portWords.push(word);
  });
  refuseContradictions(flags, command);
  const hold = { detach: flags.has("detach") };
  const adopt = textOf(flags, "adopt");
  if (adopt !== undefined) {
    refuseBesideAdopt(portWords, flags);
    const request = readRequest([], command ?? [], [], flags);
    return { request, adopt: requireReservationName(adopt), ...hold, ...readOutput(flags) };
  }
  const bind = readBind(flags, command);
  const ports = applyAs(readPorts(portWords, flags, command, bind), textsOf(flags, "as"));
  return { request: readRequest(ports, command ?? [], bind, flags), ...hold, ...readOutput(flags) };
}

function readPorts(
  words: readonly string[],
  flags: FlagValues,
  command: Invocation["command"],
  bind: readonly Address[],
): readonly PortRequest[] {
  const asked = textsOf(flags, "host").flatMap(parseHost);
  const hosts = bind.length > 0 ? holdForBind(bind) : asked.length > 0 ? asked : "every";
  const ports = words.flatMap((word) => parsePortWord(word, hosts));
  if (bind.length > 0) refuseOwnHosts(ports, hosts);
  if (ports.length === 0) {
    const rest = command === undefined ? "" : ` -- ${showPlainCommand(command)}`;
    fail("BAD_USAGE", "no port is given", `say which one, or 0 for any: \`portguard reserve 8000${rest}\``);
  }
  checkPortRequests(ports);
  return ports;
}

function readRequest(
  ports: readonly PortRequest[],
  command: readonly string[],
  bind: readonly Address[],
  flags: FlagValues,
): ReserveRequest {
  const forText = textOf(flags, "for");
  const nofile = textOf(flags, "nofile");
  const backlog = textOf(flags, "backlog");
  const name = textOf(flags, "name");
  return {
    ports,
    command,
    ...(name === undefined ? {} : { name: requireReservationName(name) }),
    handoff: oneOf(WAYS, textOf(flags, "handoff") ?? "auto", "--handoff"),
    bind,
    ...readIfHeld(flags, readAuto(flags), ports),
    ...(flags.has("no-env") ? {} : { envName: requireEnvName(textOf(flags, "env") ?? "PORT") }),
    readyTimeoutMs: parseDuration(textOf(flags, "ready-timeout") ?? "10s", "--ready-timeout"),
    ready: readReady(textOf(flags, "ready") ?? "listen"),
    restart: oneOf(POLICIES, textOf(flags, "restart") ?? "no", "--restart"),
    restartMode: oneOf(MODES, textOf(flags, "restart-mode") ?? "auto", "--restart-mode"),
    watch: textsOf(flags, "watch"),
    queueTimeoutMs: parseDuration(textOf(flags, "queue-timeout") ?? "30s", "--queue-timeout"),
    ...(backlog === undefined ? {} : { backlog: requireCount(backlog, "--backlog") }),
    graceMs: parseDuration(textOf(flags, "grace") ?? "10s", "--grace"),
    ...(forText === undefined ? {} : { forMs: parseDuration(forText, "--for") }),
    outliveParent: flags.has("outlive-parent"),
    killAll: flags.has("kill-all"),
    ...(nofile === undefined ? {} : { nofile: requireCount(nofile, "--nofile") }),
  };
}

function readOutput(flags: FlagValues): Pick<ReserveArgs, "report" | "dryRun"> {
  const events = textOf(flags, "events");
  // Its value was read before the verb was known, so that this very mistake can be told in colour; here it is judged.
  colorOf(flags);
  return {
    report: { ...(events === undefined ? {} : { events }), quiet: flags.has("quiet") },
    ...(flags.has("dry-run") ? { dryRun: flags.has("json") ? ("json" as const) : ("text" as const) } : {}),
  };
}

/** `listen`, `none`, `log:REGEX`, `http`, `http:/path`, `http:/path=200`. */
function readReady(text: string): ReadyCheck {
  if (text === "listen" || text === "none") return { kind: text };
  const log = /^log:(.+)$/s.exec(text)?.[1];
  if (log !== undefined) return { kind: "log", pattern: readPattern(log) };
  const [, path = "/", status] = /^http(?::(\/\S*?))?(?:=(\d{3}))?$/.exec(text) ?? refuseReady(text);
  return { kind: "http", path, ...(status !== undefined && { status: Number(status) }) };
}

function refuseReady(text: string): never {
  return fail(
    "BAD_USAGE",
    `\`${text}\` is not a way for --ready`,
    "it is listen, http, http:/path=200, log:REGEX or none",
  );
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    return fail(
      "BAD_USAGE",
      `\`${text}\` is not a regular expression for --ready`,
      "write it as in --ready 'log:listening on'",
    );
  }
}

function readAuto(flags: FlagValues): number {
  if (!flags.has("auto")) return 0;
  return requireCount(textOf(flags, "auto") ?? "10", "--auto");
}

/** What says something about ports that are still to be held. */
function refuseBesideAdopt(words: readonly string[], flags: FlagValues): void {
  if (words.length > 0)
    fail("BAD_USAGE", "--adopt takes a reservation's own ports over", `leave out \`${words.join(" ")}\``);
  for (const flag of ["host", "auto", "if-held", "bind", "as"])
    refuseBoth(flags, "adopt", flag, "can't be had together: the ports are held already");
}

function refuseContradictions(flags: FlagValues, command: Invocation["command"]): void {
  if (command?.length === 0) fail("BAD_USAGE", "no command stands behind `--`", "leave `--` out to hold the port only");
  if (command?.[0] === "") fail("BAD_USAGE", "the command is an empty word", "check the variable that it comes from");
  if (command && flags.has("for"))
    fail("BAD_USAGE", "--for is for a hold without a command", "leave out --for, or the command");
  if (flags.has("json") && !flags.has("dry-run")) {
    fail("BAD_USAGE", "--json is for --dry-run", "`--events FILE` tells a script what happens, as JSON");
  }
  refuseBoth(flags, "env", "no-env");
  if (textOf(flags, "restart-mode") === "rolling" && textOf(flags, "handoff") === "release") {
    const hint = "leave out --restart-mode: the old one is stopped first, and the gap is kept short";
    fail("BAD_USAGE", "by release two generations can't have the port: --restart-mode can't be rolling", hint);
  }
  for (const flag of ["events", "dry-run"]) refuseBoth(flags, "detach", flag, "can't be had together");
  if (command && flags.has("detach"))
    fail("BAD_USAGE", "--detach is for a hold without a command", "leave out --detach, or the command");
  const lonely = command ? undefined : RESERVE_FLAGS.find(({ name, needsCommand }) => needsCommand && flags.has(name));
  if (lonely)
    fail(
      "BAD_USAGE",
      `--${lonely.name} says something about a command, and there is none`,
      "put the command behind `--`",
    );
  if (command && textOf(flags, "events") === "fd:1") {
    fail("BAD_USAGE", "fd:1 is the command's own stdout", "give --events a file or another number");
  }
}

/** `reserve 8000 uvicorn app:app`: the `--` was forgotten. */
function refuseLooseCommand(word: string, ports: readonly string[]): void {
  const isCommand = /^(?:[./~]|[a-z_][\w.+/-]*$)/i.test(word);
  if (!isCommand || word.toLowerCase() === "localhost") return;
  const port = ports.length === 0 ? "8000" : ports.join(" ");
  fail(
    "BAD_USAGE",
    `\`${word}\` is not a port`,
    `put \`--\` before the command: \`portguard reserve ${port} -- ${word} …\``,
  );
}

function requireEnvName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  return fail(
    "BAD_USAGE",
    `\`${name}\` is not a variable's name`,
    "it has letters, digits and `_`, as in --env HTTP_PORT",
  );
}

function requireCount(text: string, flag: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  return fail("BAD_USAGE", `\`${text}\` is not a number for ${flag}`, "it is 1 or more, in digits");
}
