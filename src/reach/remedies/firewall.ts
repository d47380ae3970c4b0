import { cidrOf, formatCidr } from "../../core/cidr.ts";
import type { Remedy } from "../../core/finding.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import type { RuleRef } from "../../firewall/verdict.ts";
import type { Facts } from "../facts.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { describeRulePlace, toolOf } from "../words/describe-rule.ts";
import { excerpt } from "../words/excerpt.ts";
import { containerNetworks } from "../gather/ways.ts";
import type { Stopped } from "../reading/stopped.ts";
import { lookAtRules } from "./rules.ts";

/** A rule more where one helps, which is before the machine's own input; else the rule that is there has to go. */
export function mendStopped(facts: Facts, { verdict: { rule }, way, stop, candidate }: Stopped): readonly Remedy[] {
  const helps = way.kind === "in" && stop.lost === "request" && (stop.hook === "input" || stop.hook === "forward");
  const to = { protocol: facts.request.target.protocol, address: candidate.address, port: facts.request.target.port };
  const remedies = [...(helps ? [letIn(facts)] : []), ...(rule ? deleteRule(rule) : [])];
  return remedies.length > 0 ? remedies : lookAtRules(facts, { ...to, dual: false });
}

/** The verb that writes a rule for whoever keeps the rules here, and judges it before it is offered. */
export function letIn({ request, interfaces, system }: Facts, profile?: WindowsProfile): Remedy {
  const { from, target } = request;
  const port = target.protocol === "udp" ? `${target.port}/udp` : String(target.port);
  const source = sourceOf(from, interfaces);
  const sudo = system === "windows" ? [] : ["sudo"];
  const where = profile === undefined ? [] : ["--profile", profile];
  return {
    what: `let ${describeVantage(from)} in to port ${port}: this writes the rule where it works, and shows it before anything is done`,
    commands: [[...sudo, "portguard", "rule", port, "--from", source, ...where]],
    risk: "exposes",
    undo: `\`${[...sudo, "portguard", "rule", "--revert"].join(" ")}\``,
  };
}

function sourceOf(from: Facts["request"]["from"], interfaces: Facts["interfaces"]): string {
  switch (from.kind) {
    case "here":
    case "lan":
      return "lan";
    case "internet":
      return "anywhere";
    case "network":
      return formatCidr(cidrOf(from.address, from.prefix));
    case "container": {
      const [network] = containerNetworks(interfaces);
      return network ? formatCidr(cidrOf(network.address, network.prefix)) : "lan";
    }
  }
}

/** Takes the one rule away; of a policy, which has no rule to take, none. */
export function deleteRule(rule: RuleRef): readonly Remedy[] {
  const { backend, family, table, chain, position, handle } = rule;
  if (position === undefined) return [];
  const what = `take ${describeRulePlace(rule)} away, if it is yours; a firewall's manager puts its own back`;
  if (backend === "nftables") {
    if (handle === undefined) return [];
    const argv = ["sudo", "nft", "delete", "rule", family, table, chain, "handle", String(handle)];
    return [{ what, commands: [argv], risk: "weakens", undo: `add \`${excerpt(rule.text, 160)}\` again` }];
  }
  const argv = ["sudo", toolOf(rule), "-t", table, "-D", chain, String(position)];
  return [{ what, commands: [argv], risk: "weakens", undo: undoDeletion(rule, position) }];
}

function undoDeletion(rule: RuleRef, position: number): string {
  const spec = rule.text.replace(/^-A \S+/, `-I ${rule.chain} ${position}`);
  return `\`sudo ${toolOf(rule)} -t ${rule.table} ${excerpt(spec, 160)}\``;
}

/** Lets a machine talk to itself: a rule at the chain's beginning. `direction`: of the chain's hook. */
export function exemptLoopback(rule: RuleRef, direction: "in" | "out"): Remedy {
  const { backend, family, table, chain } = rule;
  const what = `let the loopback pass, before everything else in chain ${chain}`;
  if (backend === "nftables") {
    const match = direction === "in" ? "iifname" : "oifname";
    const argv = ["sudo", "nft", "insert", "rule", family, table, chain, match, "lo", "accept"];
    const undo = `\`sudo nft -a list chain ${family} ${table} ${chain}\` shows its handle, by which \`nft delete rule\` takes it back`;
    return { what, commands: [argv], risk: "none", undo };
  }
  const spec = [chain, direction === "in" ? "-i" : "-o", "lo", "-j", "ACCEPT"];
  const argv = ["sudo", toolOf(rule), "-t", table, "-I", ...spec];
  return { what, commands: [argv], risk: "none", undo: `\`sudo ${toolOf(rule)} -t ${table} -D ${spec.join(" ")}\`` };
}
