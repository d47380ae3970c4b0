import { formatHostPort } from "../../core/address.ts";
import type { Diagnosis } from "../../core/diagnosis.ts";
import { parseTarget } from "../../core/parse-target.ts";
import type { RuleRequest } from "../../core/rule-request.ts";
import type { Seen } from "../../core/seen.ts";
import { type OwnWay, readOwnWays } from "../../firewall/own-ways.ts";
import { diagnose } from "../../reach/reach.ts";
import { describeDecider } from "../../reach/words/describe-rule.ts";
import { describeVerdict, findRoot } from "../../report/reach-verdict.ts";
import type { Machine } from "./rule-machine.ts";

/** What a real connection showed of a rule, and what it could not show. */
export interface Probe {
  /**
   * `passed`: it got in where it would not have before. `failed`: it should get in now, and does not. `proves-nothing`: it
   * would get in without the rule, too. `not-made`: there was nothing to connect to, or no way to judge it.
   */
  readonly kind: "passed" | "failed" | "proves-nothing" | "not-made";
  /** One line with the real values. */
  readonly what: string;
  /** Of a failed one: whether a firewall is to blame for it. */
  readonly stopped?: boolean;
}

const TIMEOUT_MS = 1500;
const MOST_PROBES = 4;

/** How this machine's own connections are judged now: asked before a rule is applied, to know what it changes for them. */
export function readOwnWaysOf(
  request: RuleRequest,
  { os, interfaces, look }: Machine,
): Promise<Seen<readonly OwnWay[]>> {
  return readOwnWays(request, os.name, interfaces, look);
}

/**
 * Connects for real, where that says anything about the rule: to a server that listens here, by a way that the rules stopped
 * before.
 */
export async function probeRule(
  request: RuleRequest,
  before: Seen<readonly OwnWay[]>,
  { os }: Machine,
): Promise<Probe> {
  const { action, protocol, ports } = request;
  if (action === "close") return notMade("not tried: this machine itself is not kept out, so that it can't show it");
  if (protocol === "udp") return notMade("not tried: a datagram that nothing answers shows nothing");
  if (before.kind === "unseen") return notMade(`not tried: ${before.because}`);
  const served = os.sockets({ protocol: "tcp", states: ["listen"] }).map(({ at }) => at.port);
  const listened = before.value.filter(({ port }) => served.includes(port));
  if (listened.length === 0) {
    return notMade(
      `not tried: nobody listens on tcp ${ports.first}${ports.last > ports.first ? ` or ${ports.last}` : ""} here`,
    );
  }
  const stopped = listened.filter(({ verdict: { kind } }) => kind === "drop" || kind === "reject");
  if (stopped.length === 0) return sayItProvesNothing(listened[0]!);
  return connect(stopped.slice(0, MOST_PROBES), os);
}

function notMade(what: string): Probe {
  return { kind: "not-made", what };
}

function sayItProvesNothing({ to, port, verdict }: OwnWay): Probe {
  const at = formatHostPort(to, port);
  const passes = verdict.kind === "unknown" ? "the rules may let it in anyway" : sayWhyItPasses(verdict);
  const what = `not shown by a connection: one from this machine to ${at} proves nothing, since ${passes}; on another machine \`portguard reach ${at}\` tells`;
  return { kind: "proves-nothing", what };
}

function sayWhyItPasses(verdict: OwnWay["verdict"]): string {
  return verdict.rule ? `${describeDecider(verdict)} lets it in` : "no rule is in its way";
}

async function connect(ways: readonly OwnWay[], os: Machine["os"]): Promise<Probe> {
  const tried = await Promise.all(
    ways.map(async ({ to, port }) => {
      const target = parseTarget(formatHostPort(to, port), { udp: false });
      return diagnose({ target, from: { kind: "here" }, timeoutMs: TIMEOUT_MS }, os);
    }),
  );
  const bad = tried.find(({ verdict }) => verdict !== "reachable");
  if (bad) return { kind: "failed", what: `but ${describeVerdict(bad)}`, stopped: isStopped(bad) };
  const all = tried.map(({ target }) => target.text).join(" and ");
  return {
    kind: "passed",
    what: `a real connection from this machine to ${all} gets in, which the rules stopped before`,
  };
}

function isStopped(diagnosis: Diagnosis): boolean {
  return findRoot(diagnosis)?.stage === "firewall";
}
