import type { Cause } from "../cause.ts";
import { isReached } from "../reading/failures.ts";
import { findServing } from "../reading/tries.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { isLoopback } from "../../core/address.ts";
import { wantsOutside } from "../reading/wants.ts";

export const cloudFirewall: Cause = {
  code: "CLOUD_FIREWALL",
  stage: "firewall",
  summary:
    "this is a cloud provider's machine: its own firewall (security group) stands before it, and can't be seen from here",
  explain: [
    "Cloud providers filter before a packet comes to the machine: security groups, network ACLs, VPC firewall rules. Mostly",
    "everything but SSH is dropped; nothing on the machine shows it, and no counter here moves.",
    "Allow the port in the provider's console or command line, for those who are to get in.",
  ],
  symptoms: ["connected"],
  needs: [],
  dependsOn: ["LOOPBACK_ONLY", "PUBLISHED_ON_LOOPBACK"],
  judge(facts) {
    const { cloud } = facts.machine;
    const { from, target } = facts.request;
    if (cloud === undefined || from.kind === "here" || from.kind === "container" || !wantsOutside(facts))
      return undefined;
    if (!isReached(facts) || findServing(facts).every(({ row }) => isLoopback(row.at.address))) return undefined;
    return {
      severity: "warning",
      title: `this machine is one of ${cloud}: whether its provider's firewall lets port ${target.port} in from ${describeVantage(from)} can't be seen from here`,
      evidence: [{ what: cloud, source: "firmware (DMI)" }],
      remedies: [
        {
          what: `see in the console of ${cloud} whether ${target.protocol.toUpperCase()} port ${target.port} is allowed in (security group, network ACL)`,
          commands: [],
          risk: "none",
        },
      ],
    };
  },
};
