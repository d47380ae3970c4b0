import { formatHostPort } from "../../core/address.ts";
import type { Evidence } from "../../core/finding.ts";
import type { Verdict } from "../../firewall/verdict.ts";
import type { Facts } from "../facts.ts";
import type { Stopped } from "../reading/stopped.ts";
import type { RuledWay } from "../ruled-way.ts";
import { nameRule, showRule, showVerdict } from "./describe-rule.ts";
import { describeVantage } from "./describe-vantage.ts";

/** `192.168.1.20:8000`; with who connects, where that is somebody else: `this LAN to 192.168.1.20:8000`. */
export function describeWay(facts: Facts, way: RuledWay): string {
  const at = formatHostPort(way.candidate.address, facts.request.target.port);
  return way.way.kind === "in" ? `${describeVantage(facts.request.from)} to ${at}` : at;
}

/** `dropped`, `rejected (ECONNREFUSED)`. */
export function describeEnd({ kind, errno, reject }: Verdict): string {
  return kind === "reject" ? `rejected (${errno ?? reject})` : "dropped";
}

/** The rule, whom it was asked for, what connect() got, and what is in the way behind it. */
export function showStopped(facts: Facts, stopped: Stopped): readonly Evidence[] {
  return [
    ...showVerdict(stopped.verdict),
    ...showClient(facts, stopped),
    ...showTry(stopped),
    ...showSentTo(stopped),
    ...showAccepted(facts, stopped),
    ...showNext(stopped),
  ];
}

/** Every table has to let it through: what one of them accepts for this port, another still stops. */
function showAccepted({ request: { target } }: Facts, { verdict: { rule, trace } }: Stopped): readonly Evidence[] {
  const isPort = new RegExp(`\\b${target.port}\\b`);
  const accepted = trace.find(({ packet, matched, rule: { backend, family, table, text } }) => {
    const isOther = backend !== rule?.backend || family !== rule.family || table !== rule.table;
    return isOther && packet === "request" && matched === "yes" && isPort.test(text) && /\baccept\b/i.test(text);
  });
  if (!accepted) return [];
  const { what, source } = showRule(accepted.rule);
  return [{ what: `accepted before, which helps nothing here: ${what}`, source }];
}

/** Of a network, the one client that stands for it. */
function showClient(facts: Facts, { way, client, candidate }: Stopped): readonly Evidence[] {
  if (way.kind !== "in") return [];
  const by = way.interface === undefined ? "" : `, which comes in by ${way.interface}`;
  const to = formatHostPort(candidate.address, facts.request.target.port);
  return [{ what: `asked for ${client.text} to ${to}${by}`, source: "firewall rules" }];
}

function showTry({ each }: Stopped): readonly Evidence[] {
  return each ? [each.evidence] : [];
}

function showSentTo({ sentTo }: Stopped): readonly Evidence[] {
  if (!sentTo) return [];
  return [
    {
      what: `on its way to ${formatHostPort(sentTo.address, sentTo.port)}, where it is sent on to`,
      source: "firewall rules",
    },
  ];
}

function showNext({ stop: { without } }: Stopped): readonly Evidence[] {
  if (!without?.rule || without.kind === "accept" || without.kind === "unknown") return [];
  const next = showRule(without.rule);
  return [{ what: `without it, ${nameRule(without)} would stop it: ${next.what}`, source: next.source }];
}
