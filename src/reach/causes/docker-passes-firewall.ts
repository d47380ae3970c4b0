import { formatHostPort } from "../../core/address.ts";
import type { Cause } from "../cause.ts";
import { EVERY_OUTCOME, listLinuxWays } from "../reading/stopped.ts";
import { recognizeRuleOwner } from "../../firewall/rule-owner.ts";
import { describeDecider, showRule } from "../words/describe-rule.ts";
import { describeVantage } from "../words/describe-vantage.ts";

export const dockerPassesFirewall: Cause = {
  code: "DOCKER_PASSES_FIREWALL",
  stage: "firewall",
  summary: "the port of a container is open to others, past the firewall that denies it",
  explain: [
    "Docker publishes a port by translating its address before any filter (nat PREROUTING): the packet is forwarded to the",
    "container, and never meets the rules for this machine itself, which are all that `ufw deny` is made of.",
    "Publish on 127.0.0.1 (`-p 127.0.0.1:8000:80`) what only this machine needs, or filter in the chain DOCKER-USER.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const { from, target } = facts.request;
    const way = listLinuxWays(facts).find(({ way: { kind }, verdict, untranslated }) => {
      const denied = untranslated?.kind === "drop" || untranslated?.kind === "reject";
      return kind === "in" && denied && verdict.kind === "accept" && verdict.arrives?.forwarded === true;
    });
    const { rule, trace = [] } = way?.untranslated ?? {};
    const arrives = way?.verdict.arrives;
    if (from.kind === "container" || !way?.untranslated || !rule || !arrives) return undefined;
    const owner = recognizeRuleOwner(rule, trace);
    if (owner === undefined || owner.bans) return undefined;
    const at = formatHostPort(way.candidate.address, target.port);
    const to = formatHostPort(arrives.address, arrives.port);
    return {
      severity: "warning",
      title: `${describeVantage(from)} gets in to ${at}, which goes on to the container ${to}, though ${describeDecider(way.untranslated)} denies it`,
      evidence: [...(way.verdict.rule ? [showRule(way.verdict.rule)] : []), showRule(rule)],
      remedies: [
        {
          what: `if only this machine needs it, publish it on 127.0.0.1: \`-p 127.0.0.1:${target.port}:${arrives.port}\``,
          commands: [],
          risk: "restart",
        },
      ],
    };
  },
};
