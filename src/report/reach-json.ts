import type { Attempt, DatagramAttempt, Diagnosis } from "../core/diagnosis.ts";
import type { FirewallAnswer } from "../core/firewall-answer.ts";
import type { ConnectOutcome, DatagramOutcome } from "../core/network.ts";
import type { Target, Vantage } from "../core/target.ts";
import { readGreeting } from "./attempt-text.ts";
import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";

/** Every field of the object that `renderReachJson` writes, for `reach --help`; `[]` is each item of a list, `?` may be missing. */
export const REACH_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether the verdict is reachable"],
  ["verdict", "reachable, unreachable or unknown"],
  ["target.text", "as it was given"],
  ["target.protocol", "tcp or udp"],
  ["target.port", "a number"],
  ["target.host.kind", "this-machine, name or address"],
  ["target.host.name?", "in ASCII"],
  ["target.host.address?", "in canonical text"],
  ["target.host.zone?", "the interface behind %"],
  ["target.url?.scheme", "http, https, ws or wss"],
  ["target.url?.path", "with the query"],
  ["from.kind", "here, lan, internet, container or network"],
  ["from.address?", "of a network"],
  ["from.prefix?", "of a network, in bits"],
  ["findings[].code", "as --explain takes it; the root cause comes first"],
  ["findings[].stage", "client, name, route, firewall, socket, process or protocol"],
  ["findings[].severity", "blocks or warning"],
  ["findings[].title", "one line"],
  ["findings[].evidence[].what", "one line"],
  ["findings[].evidence[].source", "where it was seen"],
  ["findings[].remedies[].what", "one line; the best comes first"],
  ["findings[].remedies[].commands[][]", "each command as its words"],
  ["findings[].remedies[].risk", "none, restart, exposes or weakens"],
  ["findings[].remedies[].undo?", "one line"],
  ["attempts[].address", "in the order in which a client tries them"],
  ["attempts[].port", "a number"],
  ["attempts[].protocol", "tcp or udp"],
  ["attempts[].as", "what a client would have written"],
  ["attempts[].outcome", "connected, timeout, refused, …; of UDP answered or silent"],
  ["attempts[].error?", "as the system names it: ECONNREFUSED (111)"],
  ["attempts[].afterMs", "milliseconds"],
  ["attempts[].syns?", "of a timeout: how often it was asked"],
  ["attempts[].greeting?", "of a connection: silent, said, closed or reset"],
  ["attempts[].said?", "the text that came by itself"],
  ["path[].name", "a stage, in order"],
  ["path[].mark", "ok, broken, unknown or none (never reached)"],
  ["path[].text", "a few words"],
  ["firewall?.verdict", "what the rules do: accept, drop, reject or unknown"],
  ["firewall?.reject?", "what a rejected client is told: tcp-reset, …"],
  ["firewall?.errno?", "what connect() gets of it: ECONNREFUSED; of a drop ETIMEDOUT"],
  ["firewall?.rule?.backend", "of the rule that decided: iptables, nftables, pf, …"],
  ["firewall?.rule?.table", "of nftables with its family: inet filter"],
  ["firewall?.rule?.chain", "its name"],
  ["firewall?.rule?.name?", "of Windows, the registry's value"],
  ["firewall?.rule?.position?", "counted from 1; missing: the chain's policy"],
  ["firewall?.rule?.handle?", "of nftables"],
  ["firewall?.rule?.text", "as its tool shows it"],
  ["firewall?.rule?.owner?", "whose it is: ufw, firewalld (zone public), docker, …"],
  ["firewall?.because", "one line"],
  ["firewall?.asked", "the connection that was asked about"],
  ["firewall?.assumed[]", "what was taken for granted"],
  ["firewall?.trace[].packet", "of each rule that was asked: request, reply, …"],
  ["firewall?.trace[].hook", "where: prerouting, input, …"],
  ["firewall?.trace[].rule.backend", "and the rest of the rule, as above"],
  ["firewall?.trace[].rule.table", "its table"],
  ["firewall?.trace[].rule.chain", "its chain"],
  ["firewall?.trace[].rule.name?", "a text"],
  ["firewall?.trace[].rule.position?", "a number"],
  ["firewall?.trace[].rule.handle?", "a number"],
  ["firewall?.trace[].rule.text", "one line"],
  ["firewall?.trace[].matched", "yes, no or maybe"],
  ["firewall?.trace[].why?", "of no and maybe: what decided so"],
  ["notMade[].what", "a check that could not be made"],
  ["notMade[].because", "one line"],
  ["notMade[].hint?", "how it could be"],
  ["fix?.state", "of --fix: none, offered, applied, unchanged, failed, …"],
  ["fix?.what", "one line"],
  ["fix?.before", "the verdict before; the rest is how it was afterwards"],
  ["fix?.code?", "the finding that it mends"],
  ["fix?.backend?", "who has the rule: iptables, nft, ufw, firewalld, …"],
  ["fix?.steps[].what", "what is done, or with --dry-run would be"],
  ["fix?.steps[].argv[]", "as its words"],
  ["fix?.revert?[]", "the command that takes it back, as its words"],
  ["notes[]", "what must be known to read the verdict rightly"],
  ["tookMs", "milliseconds"],
];

/** What came of `--fix`. */
export interface ShownFix {
  readonly state: "none" | "not-offered" | "nothing-to-do" | "offered" | "refused" | "applied" | "unchanged" | "failed";
  readonly what: string;
  readonly before: Diagnosis["verdict"];
  readonly code?: string;
  readonly backend?: string;
  readonly steps: readonly { readonly what: string; readonly argv: readonly string[] }[];
  readonly revert?: readonly string[];
}

/** The whole diagnosis as one object, as `REACH_JSON` lists it. */
export function renderReachJson(diagnosis: Diagnosis, fix?: ShownFix): string {
  return renderJson({ ...describeDiagnosis(diagnosis), ...(fix && { fix }) });
}

/** The same as one line of `--follow`, with the time at which it became so. */
export function renderReachChange(diagnosis: Diagnosis, time: Date): string {
  return renderJson({ time: time.toISOString(), ...describeDiagnosis(diagnosis) });
}

/** The answer of the rules alone: the same object, with nothing in it that would have to be tried. */
export function renderRulesJson(target: Target, from: Vantage, firewall: FirewallAnswer): string {
  return renderJson({ ok: firewall.verdict === "accept", target, from, firewall });
}

function describeDiagnosis(diagnosis: Diagnosis) {
  const { verdict, target, from, findings, attempts, path, notMade, notes, tookMs } = diagnosis;
  const [firewall] = diagnosis.firewall;
  return {
    ok: verdict === "reachable",
    verdict,
    target,
    from,
    findings,
    attempts: attempts.map(describeAttempt),
    path,
    ...(firewall && { firewall }),
    notMade,
    notes,
    tookMs: roundMs(tookMs),
  };
}

function describeAttempt({ to: { address, port, protocol }, as, outcome }: Attempt | DatagramAttempt): object {
  return { address, port, protocol, as, ...describeOutcome(outcome), afterMs: roundMs(outcome.afterMs) };
}

function describeOutcome(outcome: ConnectOutcome | DatagramOutcome): object {
  switch (outcome.kind) {
    case "connected": {
      const { kind } = outcome.greeting;
      return {
        outcome: "connected",
        greeting: kind,
        ...(kind === "said" && { said: readGreeting(outcome.greeting.bytes) }),
      };
    }
    case "failed":
      return { outcome: outcome.failure, error: outcome.shown };
    case "timeout":
      return { outcome: "timeout", syns: outcome.syns };
    case "refused":
      return { outcome: "refused", error: outcome.shown };
    case "answered":
    case "silent":
      return { outcome: outcome.kind };
  }
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}
