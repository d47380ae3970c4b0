import type { Cause } from "../cause.ts";
import { findStopped } from "../reading/stop-kind.ts";
import { EVERY_OUTCOME, stopSeverity } from "../reading/stopped.ts";
import { deleteRule } from "../remedies/firewall.ts";
import { describeDecider } from "../words/describe-rule.ts";
import { describeWay, showStopped } from "../words/describe-stopped.ts";

export const tailscaleRange: Cause = {
  code: "TAILSCALE_RANGE",
  stage: "firewall",
  summary: "tailscale drops what comes from 100.64.0.0/10 by another interface than its own",
  explain: [
    "Tailscale takes 100.64.0.0/10 for itself: its chain ts-input drops packets from there that don't come by tailscale0.",
    "Providers with carrier-grade NAT, some clouds and container networks use the same addresses.",
    "Accept their network before ts-input, or start tailscale with `--netfilter-mode=nodivert` and place its chains yourself.",
  ],
  symptoms: EVERY_OUTCOME,
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const [first] = findStopped(facts, "tailscale");
    const rule = first?.verdict.rule;
    if (!first || !rule) return undefined;
    return {
      severity: stopSeverity(facts, first),
      title: `${describeWay(facts, first)} is dropped by ${describeDecider(first.verdict)}: ${first.client.text} is in the range that tailscale keeps for itself`,
      evidence: showStopped(facts, first),
      remedies: deleteRule(rule),
    };
  },
};
