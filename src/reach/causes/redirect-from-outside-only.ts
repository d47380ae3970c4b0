import { formatHostPort } from "../../core/address.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";
import { isFromHere } from "../gather/ways.ts";
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
    const arrives = way?.verdict.arrives;
    if (!way || !arrives) return undefined;
    const { port } = facts.request.target;
    const to = formatHostPort(arrives.address, arrives.port);
    const rule = way.verdict.trace.find(
      ({ hook, matched, rule: { text } }) => hook === "prerouting" && matched === "yes" && NAT.test(text),
    )?.rule;
    return {
      severity: "blocks",
      title: `port ${port} is redirected to ${to} for others only: this machine's own connections to it are refused`,
      evidence: [
        ...(rule ? [{ what: `\`${rule.text}\` in ${rule.chain} of ${rule.table}`, source: "firewall rules" }] : []),
        ...showTries(tries, "refused"),
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

const NAT = /\b(?:REDIRECT|DNAT|redirect|dnat)\b/;

/** Certainly let in from outside, and it ends on another port or machine than it was sent to. */
function findRedirected({ more, request: { target } }: Facts): LinuxWay | undefined {
  return valueOf(more.firewall)?.outside.find(({ verdict: { kind, arrives } }) => {
    return kind === "accept" && arrives !== undefined && (arrives.forwarded || arrives.port !== target.port);
  });
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
