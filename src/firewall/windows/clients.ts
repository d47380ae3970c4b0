import { formatHostPort } from "../../core/address.ts";
import type { Cidr } from "../../core/cidr.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import { type Seen, seen, unseen } from "../../core/seen.ts";
import type { Client, Fate } from "../judge-plan.ts";
import type { Packet } from "../packet.ts";
import type { RunCommand } from "../run-command.ts";
import type { PlannedRule } from "../write/plan.ts";
import { type WindowsVerdict, evaluateWindows } from "./evaluate.ts";
import type { StoredRule, WindowsFirewall } from "./model.ts";
import { parseWindowsRule } from "./parse.ts";
import { FIREWALL_KEYS, parseRegistry, readWindowsFirewall } from "./registry.ts";

/** The firewall as the registry has it now. */
export async function readFirewall(run: RunCommand): Promise<Seen<WindowsFirewall>> {
  const texts = await Promise.all(FIREWALL_KEYS.map((key) => run({ argv: ["reg", "query", key, "/s"] })));
  const [own] = texts;
  if (own?.kind !== "ended" || own.code !== 0) return unseen("the registry does not show the firewall's rules");
  // Where no administrator has set anything, the second key is not there.
  const shown = texts.flatMap((text) => (text.kind === "ended" && text.code === 0 ? [text.stdout] : []));
  return seen(readWindowsFirewall(shown.flatMap(parseRegistry)));
}

const CATEGORIES: Readonly<Record<string, WindowsProfile>> = {
  Public: "public",
  Private: "private",
  DomainAuthenticated: "domain",
};

/** Of what kind the networks are that this machine is on. */
export async function readActiveProfiles(run: RunCommand): Promise<Seen<readonly WindowsProfile[]>> {
  const command = "(Get-NetConnectionProfile).NetworkCategory";
  const ran = await run({ argv: ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", command] });
  const words = ran.kind === "ended" && ran.code === 0 ? ran.stdout.trim().split(/\s+/) : [];
  const profiles = new Set(words.flatMap((word) => CATEGORIES[word] ?? []));
  return profiles.size > 0 ? seen([...profiles]) : unseen("which kind of network this is can't be told");
}

/** What a client is judged by, besides its packet. */
export interface WindowsPlace {
  readonly firewall: WindowsFirewall;
  readonly profiles: readonly WindowsProfile[];
  readonly localSubnets: readonly Cidr[];
  readonly environment: Readonly<Record<string, string>>;
  /** The path of the program that the rule is for. */
  readonly program?: string;
}

/** Each packet's client, on a network of each kind that this machine is on. */
export function windowsClientsOf(packets: readonly Packet[], place: WindowsPlace): Client[] {
  return place.profiles.flatMap((profile) =>
    packets.map((packet) => ({
      text: `${packet.source.text} to ${formatHostPort(packet.destination, packet.port)} on a ${profile} network`,
      fateWith: (planned) => judge(packet, profile, planned, place),
    })),
  );
}

function judge(
  { protocol, port, source, destination, way }: Packet,
  profile: WindowsProfile,
  planned: readonly PlannedRule[],
  { firewall, localSubnets, environment, program }: WindowsPlace,
): Fate {
  if (way.kind === "self") return { kind: "passes", because: "the firewall leaves what stays on this machine alone" };
  const rules = [...firewall.rules, ...planned.map(({ text }) => asStored(text))];
  const verdict = evaluateWindows(
    { ...firewall, rules },
    {
      protocol,
      port,
      local: destination,
      remote: source,
      profile,
      ...(program !== undefined && { program }),
      localSubnets,
      environment,
      version: { major: 10, minor: 0 },
    },
  );
  return fateOf(verdict, profile);
}

function asStored(text: string): StoredRule {
  return { id: "portguard", store: "local", rule: parseWindowsRule(text) };
}

function fateOf({ kind, because, rule }: WindowsVerdict, profile: WindowsProfile): Fate {
  switch (kind) {
    case "accept":
      return { kind: "passes", because };
    case "unknown":
      return { kind: "unknown", because };
    case "drop":
      return { kind: "blocked", because, mend: mendOf(rule, profile) };
  }
}

/** Blocking is stronger than any allowing; what no rule speaks of wants one for this kind of network. */
function mendOf(rule: StoredRule | undefined, profile: WindowsProfile): string {
  if (!rule) return `a rule for this kind of network lets it in: \`--profile ${profile}\``;
  const name = (rule.rule.kind === "rule" ? rule.rule.name : undefined) ?? rule.id;
  return `the rule \`${name}\` would have to go, since what blocks is stronger than what allows`;
}
