import type { Protocol } from "../../core/endpoint.ts";
import type { FirewallAnswer, FirewallRule } from "../../core/firewall-answer.ts";
import type { WindowsVerdict } from "./evaluate.ts";
import type { StoredRule } from "./model.ts";

/** A verdict of Windows' rules, as it is told to others. `asked`: the connection that it is about. */
export function answerOfWindows(
  { kind, because, rule, trace }: WindowsVerdict,
  asked: string,
  protocol: Protocol,
): FirewallAnswer {
  return {
    verdict: kind,
    ...(kind === "drop" && protocol === "tcp" && { errno: "ETIMEDOUT" }),
    ...(rule && { rule: showStored(rule) }),
    because: `${ENDS[kind]}${because}`,
    asked,
    assumed: [],
    trace: trace.map((each) => ({
      packet: "request",
      hook: "inbound",
      rule: showStored(each.rule),
      matched: each.matched === "unknown" ? "maybe" : each.matched,
      ...(each.why !== undefined && { why: each.why }),
    })),
  };
}

const ENDS = { accept: "let through: ", drop: "dropped: ", unknown: "" } as const;

function showStored({ store, id, text }: StoredRule): FirewallRule {
  return { backend: "windows", table: store, chain: "FirewallRules", name: id, text };
}
