import { isLoopback } from "../../core/address.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner } from "../words/describe.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { showListener } from "../words/evidence.ts";
import { findDropped } from "../reading/failures.ts";
import type { Listener } from "../facts.ts";
import { findListed } from "../reading/listed-program.ts";
import { findServing } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

const TOOL = "/usr/libexec/ApplicationFirewall/socketfilterfw";

export const macosApplicationFirewall: Cause = {
  code: "MACOS_APPLICATION_FIREWALL",
  stage: "firewall",
  summary: "macOS' application firewall does not let others in to this program",
  explain: [
    "The application firewall of macOS decides by program, not by port. A program that was denied once (the prompt `accept",
    "incoming network connections?`), or every one where all are blocked, gets nothing from other machines; this machine's own",
    "connections pass. After an update a program may have to be allowed again.",
  ],
  symptoms: ["connected", "timeout"],
  needs: [],
  dependsOn: ["LOOPBACK_ONLY", "PUBLISHED_ON_LOOPBACK"],
  judge(facts) {
    const firewall = valueOf(facts.machine.macos?.applicationFirewall);
    if (!firewall?.on || !wantsOutside(facts)) return undefined;
    const served = findServing(facts).filter(({ row }) => !isLoopback(row.at.address));
    const found = findBlocked(served, firewall);
    if (!found) return undefined;
    const { listener, program } = found;
    const { from } = facts.request;
    const others = from.kind === "here" ? "other machines" : describeVantage(from);
    const why = firewall.blockAll ? "it blocks all incoming connections" : `${program ?? "its program"} is blocked`;
    return {
      // Our own connections pass it by: only others are kept out.
      severity: from.kind === "here" && findDropped(facts).length === 0 ? "warning" : "blocks",
      title: `macOS' application firewall keeps ${others} from ${describeOwner(listener)}: ${why}`,
      evidence: [{ what: why, source: "system_profiler SPFirewallDataType" }, showListener(listener)],
      remedies: [unblock(firewall.blockAll, program)],
    };
  },
};

interface Blocked {
  readonly listener: Listener;
  readonly program?: string;
}

function findBlocked(
  listeners: readonly Listener[],
  { blockAll, blocked }: { readonly blockAll: boolean; readonly blocked: readonly string[] },
): Blocked | undefined {
  for (const listener of listeners) {
    const program = findListed(listener, blocked);
    if (blockAll || program !== undefined) return { listener, ...(program !== undefined && { program }) };
  }
  return undefined;
}

function unblock(blockAll: boolean, program: string | undefined) {
  if (blockAll || program === undefined) {
    const commands = [["sudo", TOOL, "--setblockall", "off"]];
    const undo = `\`sudo ${TOOL} --setblockall on\``;
    return {
      what: "let programs be asked for again, instead of blocking all",
      commands,
      risk: "exposes" as const,
      undo,
    };
  }
  return {
    what: `let others in to ${program}`,
    commands: [["sudo", TOOL, "--unblockapp", program]],
    risk: "exposes" as const,
    undo: `\`sudo ${TOOL} --blockapp ${program}\``,
  };
}
