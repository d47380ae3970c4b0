import { formatHostPort } from "../../core/address.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { isFromHere } from "../gather/ways.ts";
import { findNatRule } from "../reading/nat-rule.ts";
import type { LinuxWay } from "../ruled-way.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";
import { showTries } from "../words/evidence.ts";

export const redirectFromOutsideOnly: Cause = {
  code: "REDIRECT_FROM_OUTSIDE_ONLY",
  stage: "firewall",
  summary: "a rule redirects the port for others only: this machine's own connections don't pass it",
  explain: [
    "REDIRECT and DNAT in PREROUTING change what comes in from outside. What this machine sends to itself does not",
    "pass those nat rules: it needs one in OUTPUT, and without is refused where nobody listens on the port itself.",
    "Use the port behind it from here, or add the same rule to OUTPUT.",
  ],
  symptoms: ["refused"],
  needs: ["routes", "firewall"],
  dependsOn: [],
  judge(facts) {
    const tries = findMeantTries(facts);
    if (!isFromHere(facts.request.from) || !facts.isLocal || findServing(facts).length > 0) return undefined;
    if (tries.length === 0 || !tries.every(({ met }) => met === "refused")) return undefined;
    const way = findRedirected(facts);
    const arrives = way?.sentTo;
    if (!way || !arrives) return undefined;
    const { port } = facts.request.target;
    const to = formatHostPort(arrives.address, arrives.port);
    const rule = findNatRule(way);
    return {
      severity: "blocks",
      title: `port ${port} is redirected to ${to} for others only: this machine's own connections to it are refused`,
      evidence: [
        ...(rule ? [{ what: `\`${rule.text}\` in ${rule.chain} of ${rule.table}`, source: "firewall rules" }] : []),
        ...showTries(tries, "refused"),
        ...(way.stop ? [{ what: `others are stopped, too: ${way.verdict.because}`, source: "firewall rules" }] : []),
      ],
      remedies: [
        {
          what: `from this machine, use port ${arrives.port}`,
          commands: [["portguard", "reach", arrives.forwarded ? to : String(arrives.port)]],
          risk: "none",
        },
        ...(rule?.backend !== "nftables" && !arrives.forwarded && arrives.address.family === 4
          ? [redirectOwn(facts, arrives.port)]
          : []),
      ],
    };
  },
};

/** What is let in from outside, and is sent on to another port or machine; else one that would be, and is stopped. */
function findRedirected({ more }: Facts): LinuxWay | undefined {
  const sentOn = (valueOf(more.firewall)?.outside ?? []).filter(({ sentTo }) => sentTo !== undefined);
  return sentOn.find(({ verdict: { kind } }) => kind === "accept") ?? sentOn.find(({ stop }) => stop !== undefined);
}

function redirectOwn({ request: { target } }: Facts, to: number) {
  const spec = [
    "OUTPUT",
    "-o",
    "lo",
    "-p",
    target.protocol,
    "--dport",
    String(target.port),
    "-j",
    "REDIRECT",
    "--to-ports",
    String(to),
  ];
  const on = ["sudo", "iptables", "-t", "nat"];
  return {
    what: "redirect this machine's own connections, too",
    commands: [[...on, "-A", ...spec]],
    risk: "none" as const,
    undo: `\`${[...on, "-D", ...spec].join(" ")}\``,
  };
}
