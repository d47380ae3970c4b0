import { parseFirewallPrograms } from "../../../core/firewall-programs.ts";
import type { MacosFacts } from "../../../core/network.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { runTool } from "./run-tool.ts";

type Facts = MacosFacts["applicationFirewall"];

const HINT = "look at System Settings, Network, Firewall";
const TOOL = "/usr/libexec/ApplicationFirewall/socketfilterfw";
/** Since then the firewall's own file is not where the rules are, and its own tool may not tell all of them. */
const SEQUOIA = 15;

/** What System Settings has under "Firewall", of the tool that tells it best on this version, or else the other one. */
export function readApplicationFirewall(version: number): Facts {
  const [first, second] = version >= SEQUOIA ? [askProfiler, askFilter] : [askFilter, askProfiler];
  const told = first();
  return told.kind === "seen" ? told : second();
}

function askProfiler(): Facts {
  const output = runTool("/usr/sbin/system_profiler", "-json", "SPFirewallDataType");
  return output ? parseApplicationFirewall(output.stdout) : unseen("`system_profiler` gave no answer", HINT);
}

function askFilter(): Facts {
  const outputs = ["--getglobalstate", "--getblockall", "--listapps"].map((question) => runTool(TOOL, question));
  const [state, blockAll, programs] = outputs.map((output) => output?.stdout ?? "");
  return parseFilterTexts(state ?? "", blockAll ?? "", programs ?? "");
}

/** What `socketfilterfw` prints for `--getglobalstate`, `--getblockall` and `--listapps`. */
export function parseFilterTexts(state: string, blockAll: string, programs: string): Facts {
  const level = /State = ([012])/.exec(state)?.[1];
  if (level === undefined) return unseen("`socketfilterfw` does not tell whether the firewall is on", HINT);
  const known = [...parseFirewallPrograms(programs)];
  const listed = (which: "allowed" | "blocked") => known.flatMap(([path, does]) => (does === which ? [path] : []));
  return seen({
    on: level !== "0",
    // 2 is "block all" in the words of --getglobalstate
    blockAll: level === "2" || /state set to enabled|is enabled/i.test(blockAll),
    blocked: listed("blocked"),
    allowed: listed("allowed"),
  });
}

/** The values are keys of Apple's own, not words for a reader; the programs are named by bundle, path or name. */
export function parseApplicationFirewall(text: string): Facts {
  const settings = readSettings(text);
  const applications = recordOf(settings["spfirewall_applications"]);
  const listed = (value: string) => Object.keys(applications).filter((name) => applications[name] === value);
  const programs = { blocked: listed("spfirewall_block_all"), allowed: listed("spfirewall_allow_all") };
  switch (settings["spfirewall_globalstate"]) {
    case "spfirewall_globalstate_limit_connections":
      return seen({ on: true, blockAll: false, ...programs });
    case "spfirewall_globalstate_block_all":
      return seen({ on: true, blockAll: true, ...programs });
    case "spfirewall_globalstate_allow_all":
    case "spfirewall_globalstate_off":
      return seen({ on: false, blockAll: false, ...programs });
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
