import { formatHostPort } from "../core/address.ts";
import type { Attempt, Stage } from "../core/diagnosis.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { type Finding, STAGES, type StageName } from "../core/finding.ts";
import type { Route } from "../core/network.ts";
import { valueOf } from "../core/seen.ts";
import { describeVantage } from "./words/describe-vantage.ts";
import { describeOwner } from "./words/describe.ts";
import { describeEnd } from "./words/describe-stopped.ts";
import { nameRule } from "./words/describe-rule.ts";
import { nameWindowsStop } from "./words/describe-windows.ts";
import { excerpt } from "./words/excerpt.ts";
import { addressKey, type Facts } from "./facts.ts";
import { isFromHere } from "./gather/ways.ts";
import { listSentOn, type SentOn } from "./reading/sent-on.ts";
import { listStopped, listWays, stopSeverity } from "./reading/stopped.ts";
import type { LinuxWay, RuledWay } from "./ruled-way.ts";
import { symptomOf } from "./symptoms.ts";
import type { HttpTalk } from "./speak/conversation.ts";

type Station = Pick<Stage, "mark" | "text">;
const NONE: Station = { mark: "none", text: "" };

/** The connection, station by station; it ends at the one where the root cause is. */
export function describePath(facts: Facts, findings: readonly Finding[]): readonly Stage[] {
  const broken = findings.find(({ severity }) => severity === "blocks")?.stage;
  const breakAt = broken === undefined ? STAGES.length : STAGES.indexOf(broken);
  return STAGES.map((name, index) => {
    const { mark, text } = STATIONS[name](facts);
    if (index > breakAt) return { name, mark: "none", text: "" };
    if (index === breakAt) return { name, mark: "broken", text: text === "" ? name : text };
    // What lies before the break let the connection through, unless it could not be looked at.
    return { name, mark: mark === "broken" ? "unknown" : mark, text };
  });
}

const STATIONS: Readonly<Record<StageName, (facts: Facts) => Station>> = {
  client: ({ request }) => ({ mark: "ok", text: describeVantage(request.from) }),
  name: describeName,
  route: describeRoute,
  firewall: describeFirewall,
  socket: describeSocket,
  process: describeProcess,
  protocol: describeProtocol,
};

/** The attempt that the picture shows: the first that got in, else the first. */
function shownAttempt({ attempts }: Facts): Attempt | undefined {
  return attempts.find((attempt) => symptomOf(attempt) === "connected") ?? attempts[0];
}

function describeName({ name }: Facts): Station {
  if (!name) return NONE;
  if (name.kind === "failed") return { mark: "broken", text: `${name.name}: ${name.shown}` };
  return { mark: "ok", text: `${name.name} = ${name.addresses[0]?.text ?? "nothing"}` };
}

function describeRoute(facts: Facts): Station {
  const address = shownAttempt(facts)?.to.address ?? facts.candidates[0]?.address;
  if (!address) return NONE;
  const route = valueOf(facts.more.routes?.get(addressKey(address)));
  if (!route) return { mark: "unknown", text: "" };
  return { mark: LEADS.has(route.kind) ? "ok" : "broken", text: describeWay(route) };
}

const LEADS: ReadonlySet<Route["kind"]> = new Set(["unicast", "local", "broadcast", "multicast"]);

function describeWay(route: Route): string {
  if (route.kind === "local") return "this machine";
  if (!LEADS.has(route.kind)) return route.kind === "none" ? "no route" : route.kind;
  const via = route.gateway ? ` via ${route.gateway.text}` : "";
  return `${route.interface ?? ""}${via}`.trim();
}

/** A connection that came through proves that nothing on its way stopped it, and nothing about other ways. */
function describeFirewall(facts: Facts): Station {
  const came = facts.attempts.some(({ outcome }) => outcome.kind === "connected");
  if (came && isFromHere(facts.request.from)) return { mark: "ok", text: "let through" };
  const stopped = listStopped(facts)[0];
  if (stopped && stopSeverity(facts, stopped) === "blocks") {
    return { mark: "broken", text: `${describeEnd(stopped.verdict)} by ${nameRule(stopped.verdict)}` };
  }
  const ways = listWays(facts);
  const other = ways.find(({ by, verdict: { kind } }) => by !== "linux" && (kind === "drop" || kind === "reject"));
  if (other && stopSeverity(facts, other) === "blocks") return { mark: "broken", text: nameOther(other) };
  return describeOpen(ways);
}

function nameOther(way: RuledWay): string {
  switch (way.by) {
    case "windows":
      return `dropped by ${nameWindowsStop(way)}`;
    case "macos":
    case "linux":
      return excerpt(way.verdict.because, 60);
  }
}

/** No rule is known to stop it: it is let through, where that is certain of a way. */
function describeOpen(ways: readonly RuledWay[]): Station {
  if (ways.length === 0) return { mark: "unknown", text: "rules not read" };
  const open = ways.find(({ verdict }) => verdict.kind === "unknown");
  if (open) return { mark: "unknown", text: excerpt(open.verdict.because, 60) };
  const accepted = ways.find(({ verdict }) => verdict.kind === "accept");
  if (accepted) return { mark: "ok", text: accepted.by === "linux" ? describePass(accepted) : "let through" };
  return { mark: "unknown", text: "rules say otherwise" };
}

/** `let through by INPUT rule 3`; where no rule had a part in it, just that. */
function describePass({ verdict }: LinuxWay): string {
  return verdict.rule ? `let through by ${nameRule(verdict)}` : "let through";
}

function describeSocket(facts: Facts): Station {
  const shown = shownAttempt(facts);
  if (!facts.isLocal) return shown ? remoteSocket(shown) : NONE;
  const rows = facts.listeners.filter(({ row }) => row.state === "listen" || row.state === "open");
  const [first] = rows;
  const [sentOn] = first ? [] : listSentOn(facts);
  if (sentOn) return { mark: sentOn.met?.met === "answer" ? "ok" : "unknown", text: placeOf(sentOn) };
  if (!first) return { mark: "broken", text: `nobody on ${facts.request.target.port}` };
  const more = rows.length > 1 ? ` +${rows.length - 1}` : "";
  return { mark: "ok", text: `${formatEndpoint(first.row.at)}${more}` };
}

function placeOf({ to }: SentOn): string {
  return formatHostPort(to.address, to.port);
}

function remoteSocket({ to, outcome }: Attempt): Station {
  const text = formatHostPort(to.address, to.port);
  if (outcome.kind === "connected") return { mark: "ok", text };
  return { mark: outcome.kind === "failed" && outcome.failure === "refused" ? "broken" : "unknown", text };
}

function describeProcess(facts: Facts): Station {
  const listener = facts.listeners.find(({ owners }) => owners.length > 0) ?? facts.listeners[0];
  if (!listener) return NONE;
  return { mark: listener.owners.length > 0 ? "ok" : "unknown", text: describeOwner(listener) };
}

function describeProtocol({ more: { conversation } }: Facts): Station {
  if (!conversation) return NONE;
  const { tls, http, upgrade, mcp } = conversation;
  const talk = mcp?.discover ?? mcp?.initialize ?? upgrade ?? http;
  if (talk) return describeTalk(talk, mcp ? "MCP" : tls?.kind === "secured" ? "HTTPS" : "HTTP");
  return tls ? { mark: tls.kind === "secured" ? "ok" : "broken", text: "TLS" } : NONE;
}

const FAILURES = {
  closed: "closed",
  reset: "reset",
  silent: "no answer",
  malformed: "not understood",
  "not-connected": "no second connection",
} as const;

function describeTalk(talk: HttpTalk, protocol: string): Station {
  switch (talk.kind) {
    case "answered":
      return { mark: "ok", text: `${protocol} ${talk.answer.status}` };
    case "tls":
      return { mark: "broken", text: "TLS" };
    case "failed":
      return { mark: "broken", text: `${protocol}: ${FAILURES[talk.failure.kind]}` };
  }
}
