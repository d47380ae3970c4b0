import type { AskedRule, FirewallAnswer, FirewallRule } from "../core/firewall-answer.ts";
import { clip } from "./sanitize.ts";
import type { Span, SpanLine } from "./spans.ts";
import type { Style, Tone } from "./style.ts";

/** A rule can be very long; this much of one still tells which it is. */
const RULE_LENGTH = 400;

/** What the rules alone say of one connection. */
export function renderFirewallAnswer(answer: FirewallAnswer, style: Style): readonly SpanLine[] {
  const { verdict, asked, because, errno, assumed, rule } = answer;
  return [
    [markOf(verdict, style), ` ${asked}: ${clip(because, RULE_LENGTH)}`],
    ...(rule?.owner === undefined ? [] : [[`  the rule belongs to ${rule.owner}`]]),
    ...(rule?.handle === undefined ? [] : [[`  its handle is ${rule.handle}`]]),
    ...(errno === undefined ? [] : [[`  the client gets ${errno}${verdict === "drop" ? ": it waits in vain" : ""}`]]),
    ...(verdict === "drop" && errno === undefined ? [["  the client waits in vain"]] : []),
    ...assumed.map((each) => [`  taken for granted: ${clip(each, RULE_LENGTH)}`]),
    ["note: these are the rules alone: nothing was contacted, and whether somebody listens there is not known"],
  ];
}

const VERDICTS: Readonly<Record<FirewallAnswer["verdict"], Extract<Tone, "good" | "bad" | "warn">>> = {
  accept: "good",
  drop: "bad",
  reject: "bad",
  unknown: "warn",
};

function markOf(verdict: FirewallAnswer["verdict"], { marks }: Style): Span {
  const tone = VERDICTS[verdict];
  return { text: marks[tone], tone };
}

const PACKETS: Readonly<Record<string, string>> = {
  request: "the client's packet",
  reply: "the server's answer",
  reject: "what the reject sends back",
  retry: "the client's second try",
  next: "the packet after it",
};

/** The whole walk, packet by packet and hook by hook: each rule that was asked, and what it did not match by. */
export function renderTrace({ asked, trace, because, verdict }: FirewallAnswer, style: Style): readonly SpanLine[] {
  const head: SpanLine = [`the walk of ${asked}:`];
  if (trace.length === 0) return [head, ["  no rule was asked"]];
  const lines = trace.flatMap((each, index): SpanLine[] => {
    const before = trace[index - 1];
    const isNew = before?.packet !== each.packet || before.hook !== each.hook;
    return [...(isNew ? [[`  ${PACKETS[each.packet] ?? each.packet}, at ${each.hook}:`]] : []), tellRule(each)];
  });
  return [head, ...lines, ["  ", markOf(verdict, style), ` ${clip(because, RULE_LENGTH)}`]];
}

const MATCHED: Readonly<Record<AskedRule["matched"], { readonly word: string; readonly tone: Tone }>> = {
  yes: { word: "matched", tone: "good" },
  no: { word: "no     ", tone: "plain" },
  maybe: { word: "may be ", tone: "warn" },
};

/** `    no      iptables filter INPUT 3: -A INPUT -i wlan0 -j DROP   (not: -i wlan0)`. */
function tellRule({ rule, matched, why }: AskedRule): SpanLine {
  const { word, tone } = MATCHED[matched];
  const reason =
    why === undefined ? "" : matched === "no" ? `  (not: ${clip(why, 160)})` : `  (open: ${clip(why, 160)})`;
  return ["    ", { text: word, tone }, ` ${placeOf(rule)}: ${clip(rule.text, RULE_LENGTH)}${reason}`];
}

function placeOf({ backend, table, chain, name, position, handle }: FirewallRule): string {
  const which = position === undefined ? (name === undefined ? "" : ` ${name}`) : ` ${position}`;
  return `${backend} ${table} ${chain}${which}${handle === undefined ? "" : ` (handle ${handle})`}`;
}
