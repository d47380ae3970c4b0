import type { Address } from "../../core/address.ts";
import type { ConnectFailure } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import type { Finding } from "../../core/finding.ts";
import type { Errno } from "../../firewall/reject.ts";
import type { Verdict } from "../../firewall/verdict.ts";
import type { Facts, Symptom } from "../facts.ts";
import type { LinuxWay, RuledWay, Stop } from "../ruled-way.ts";
import { severityFor } from "./failures.ts";
import { findMeantTries, type Try } from "./tries.ts";

/** What others meet does not show in what our own connection met. */
export const EVERY_OUTCOME: readonly Symptom[] = [
  "connected",
  "refused",
  "reset",
  "timeout",
  "unreachable",
  "prohibited",
  "other-failure",
  "spared",
];

/** A connection that the rules of Linux stop, and nothing that connect() got says otherwise. */
export interface Stopped extends LinuxWay {
  readonly stop: Stop;
  /** What our own connection on this very way met; nothing for other clients, and where none was made. */
  readonly each?: Try;
}

/** What the rules stop, and what connect() got does not deny. */
export function listStopped(facts: Facts): readonly Stopped[] {
  return listLinuxWays(facts).flatMap((way) => {
    const { stop } = way;
    if (!stop) return [];
    const each = tryOn(facts, way);
    if (way.way.kind !== "in" && each && !agrees(facts, each, way.verdict)) return [];
    return [{ ...way, stop, ...(way.way.kind !== "in" && each && { each }) }];
  });
}

export function listLinuxWays(facts: Facts): readonly LinuxWay[] {
  return listWays(facts).filter((way) => way.by === "linux");
}

/** Every way that the rules were asked about; none where they were not read. */
export function listWays({ more }: Facts): readonly RuledWay[] {
  return valueOf(more.firewall)?.ways ?? [];
}

/** Whether this machine's rules certainly let our own connection to this address through. */
export function isLetThrough(facts: Facts, { family, text }: Address): boolean {
  const own = listWays(facts).filter(({ way, candidate: { address } }) => {
    return way.kind !== "in" && address.text === text && address.family === family;
  });
  return (
    own.length > 0 && own.every(({ verdict: { kind, afterwards } }) => kind === "accept" && afterwards === undefined)
  );
}

/** What our own connection to the same address met, whichever way it took. */
export function tryOn(facts: Facts, { candidate: { address } }: RuledWay): Try | undefined {
  return findMeantTries(facts).find(
    ({ to }) => to.address.text === address.text && to.address.family === address.family,
  );
}

/** Whether connect() got what the rules say. */
function agrees(facts: Facts, each: Try, { kind, errno }: Verdict): boolean {
  const failure = failureOf(facts, each);
  if (kind === "reject" && errno !== undefined) return failure === FAILURES[errno];
  // UDP: what our own machine does not let out is an error at once.
  const isUdp = each.to.protocol === "udp";
  return each.met === "silence" || (isUdp && failure === "prohibited");
}

const FAILURES: Readonly<Record<Errno, ConnectFailure>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "host-unreachable",
  ENETUNREACH: "network-unreachable",
  ENOPROTOOPT: "protocol-unreachable",
  EACCES: "prohibited",
};

function failureOf({ attempts, datagrams }: Facts, { to }: Try): ConnectFailure | undefined {
  const outcome = [...attempts, ...datagrams].find((tried) => tried.to === to)?.outcome;
  if (outcome?.kind === "refused") return "refused";
  return outcome?.kind === "failed" ? outcome.failure : undefined;
}

/** What stops one way in only hurts those that take it. */
export function stopSeverity(facts: Facts, { way }: Pick<RuledWay, "way">): Finding["severity"] {
  if (way.kind !== "in") return severityFor(facts);
  return listWays(facts).every(({ verdict: { kind } }) => kind === "drop" || kind === "reject") ? "blocks" : "warning";
}
