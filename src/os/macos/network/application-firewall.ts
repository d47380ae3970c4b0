import type { MacosFacts } from "../../../core/network.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { runTool } from "./run-tool.ts";

type Facts = MacosFacts["applicationFirewall"];

const HINT = "look at System Settings, Network, Firewall";

/** What System Settings has under "Firewall". Its own file is not where the rules are since macOS 15. */
export function readApplicationFirewall(): Facts {
  const output = runTool("/usr/sbin/system_profiler", "-json", "SPFirewallDataType");
  return output ? parseApplicationFirewall(output.stdout) : unseen("`system_profiler` gave no answer", HINT);
}

/** The values are keys of Apple's own, not words for a reader; the programs are named by bundle, path or name. */
export function parseApplicationFirewall(text: string): Facts {
  const settings = readSettings(text);
  const applications = recordOf(settings["spfirewall_applications"]);
  const blocked = Object.keys(applications).filter((name) => applications[name] === "spfirewall_block_all");
  switch (settings["spfirewall_globalstate"]) {
    case "spfirewall_globalstate_limit_connections":
      return seen({ on: true, blockAll: false, blocked });
    case "spfirewall_globalstate_block_all":
      return seen({ on: true, blockAll: true, blocked });
    case "spfirewall_globalstate_allow_all":
    case "spfirewall_globalstate_off":
      return seen({ on: false, blockAll: false, blocked });
    default:
      return unseen("`system_profiler` tells the firewall's state in words that portguard does not know", HINT);
  }
}

type Unknowns = Readonly<Record<string, unknown>>;

function readSettings(text: string): Unknowns {
  try {
    const items = recordOf(JSON.parse(text))["SPFirewallDataType"];
    return Array.isArray(items) ? recordOf(items[0]) : {};
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Unknowns {
  return typeof value === "object" && value !== null ? (value as Unknowns) : {};
}
