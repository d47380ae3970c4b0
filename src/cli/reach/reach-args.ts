import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import { parseTarget, refuseSecrets } from "../../core/parse-target.ts";
import { parseVantage } from "../../core/parse-vantage.ts";
import type { Probe, ReachRequest, Target } from "../../core/target.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, oneOf, refuseBoth, textOf } from "../words/flag-values.ts";
import { type FlagValues, type Invocation, parseArgs } from "../words/parse-args.ts";
import { REACH_FLAGS } from "./reach-flags.ts";
import { type RulesArgs, readRulesQuestion } from "./reach-rules-args.ts";

/** A `reach` command line, read. */
export type ReachArgs = (
  | {
      readonly kind: "diagnose";
      readonly request: ReachRequest;
      readonly report: ReachReport;
      readonly fix?: ReachFix;
    }
  | RulesArgs
  | { readonly kind: "causes" }
  | { readonly kind: "explain"; readonly code: string }
) & { readonly json: boolean; readonly color: ColorMode };

/** How the answer is told. */
export interface ReachReport {
  readonly follow: boolean;
  /** A file for the page. */
  readonly html?: string;
  readonly path: boolean;
  /** With every rule that was asked. */
  readonly trace: boolean;
  readonly quiet: boolean;
}

/** The firewall rule that mends it is to be applied: having asked, without a question, or only shown. */
export type ReachFix = "ask" | "yes" | "dry-run";

const PROBES: readonly Probe[] = ["tcp", "http", "tls", "ws", "mcp"];

/** Reads what follows `portguard reach`. Throws a PortguardError whose exit is 2. */
export function parseReachArgs({ words, command }: Invocation): ReachArgs {
  const targets: Target[] = [];
  const udp = words.includes("--udp") || asksFor(words, "--proto", "udp");
  const flags = parseArgs(words, { verb: "reach", flags: REACH_FLAGS }, (word) => {
    targets.push(parseTarget(word, { udp }));
    if (targets.length > 1) {
      fail("BAD_USAGE", `\`${word}\` is a second target`, "ask for one at a time; `portguard wait` takes several");
    }
  });
  if (command) fail("BAD_USAGE", "reach runs no command", "leave `--` and what follows it out");
  checkProtocol(flags);
  const shared = { json: flags.has("json"), color: colorOf(flags) };
  const [target] = targets;
  return {
    ...shared,
    ...(readCatalogue(flags, target) ?? readRulesQuestion(flags, target) ?? readQuestion(flags, target)),
  };
}

/** Whether a flag has this value, before the words are read: a target is read by what is asked of it. */
function asksFor(words: readonly string[], flag: string, value: string): boolean {
  return words.includes(`${flag}=${value}`) || words.some((word, index) => word === flag && words[index + 1] === value);
}

function checkProtocol(flags: FlagValues): void {
  const proto = textOf(flags, "proto");
  if (proto !== undefined && oneOf(["tcp", "udp"], proto, "--proto") === "tcp") {
    refuseBoth(flags, "proto", "udp");
  }
}

function readCatalogue(flags: FlagValues, target: Target | undefined) {
  const code = textOf(flags, "explain");
  if (code === undefined && !flags.has("causes")) return undefined;
  refuseBoth(flags, "causes", "explain");
  if (target) {
    const flag = code === undefined ? "--causes" : "--explain";
    fail("BAD_USAGE", `${flag} looks no target up`, "leave the target out");
  }
  return code === undefined ? { kind: "causes" as const } : { kind: "explain" as const, code };
}

function readQuestion(flags: FlagValues, target: Target | undefined) {
  if (!target) return fail("BAD_USAGE", "no target is given", "say which one, as in `portguard reach 8000`");
  refuseBoth(flags, "follow", "html", "don't go together");
  refuseBoth(flags, "follow", "trace", "don't go together");
  refuseBoth(flags, "json", "path", "don't go together");
  refuseBoth(flags, "json", "quiet");
  const html = textOf(flags, "html");
  const report = {
    follow: flags.has("follow"),
    ...(html !== undefined && { html }),
    path: flags.has("path"),
    trace: flags.has("trace"),
    quiet: flags.has("quiet"),
  };
  const fix = readFix(flags);
  return { kind: "diagnose" as const, request: readRequest(flags, target), report, ...(fix && { fix }) };
}

function readFix(flags: FlagValues): ReachFix | undefined {
  const [yes, dryRun] = [flags.has("yes"), flags.has("dry-run")];
  if (!flags.has("fix")) {
    if (yes || dryRun) fail("BAD_USAGE", `--${yes ? "yes" : "dry-run"} is for --fix`, "leave it out, or add --fix");
    return undefined;
  }
  for (const name of ["follow", "html"]) refuseBoth(flags, "fix", name, "don't go together");
  refuseBoth(flags, "yes", "dry-run");
  return yes ? "yes" : dryRun ? "dry-run" : "ask";
}

function readRequest(flags: FlagValues, target: Target): ReachRequest {
  const probe = textOf(flags, "probe");
  const origin = textOf(flags, "origin");
  const family = readFamily(flags);
  if (probe !== undefined && target.protocol === "udp") {
    fail("BAD_USAGE", "--probe is for TCP", `leave it out, or ask for the port's TCP: ${target.port}/tcp`);
  }
  return {
    target,
    ...(probe !== undefined && { probe: oneOf(PROBES, probe, "--probe") }),
    from: parseVantage(textOf(flags, "from") ?? "here"),
    ...(family !== undefined && { family }),
    timeoutMs: readTimeout(flags, "3s"),
    ...(origin !== undefined && { origin: readOrigin(origin) }),
  };
}

/** -4 and -6; nothing for both families. Throws BAD_USAGE. */
export function readFamily(flags: FlagValues): 4 | 6 | undefined {
  refuseBoth(flags, "4", "6");
  if (flags.has("4")) return 4;
  return flags.has("6") ? 6 : undefined;
}

/** --timeout in milliseconds. Throws BAD_DURATION, BAD_USAGE. */
export function readTimeout(flags: FlagValues, otherwise: string): number {
  const ms = parseDuration(textOf(flags, "timeout") ?? otherwise, "--timeout");
  return ms > 0 ? ms : fail("BAD_USAGE", "--timeout leaves no time to answer", `write --timeout=${otherwise}`);
}

/** Scheme, host and port, as a browser sends it. */
function readOrigin(text: string): string {
  refuseSecrets(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  return fail("BAD_USAGE", `\`${text}\` is not a web page's address`, "write --origin=https://app.example.com");
}
