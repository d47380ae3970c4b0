import { parseFirewallPrograms } from "../core/firewall-programs.ts";
import type { NetworkInterface } from "../core/network.ts";
import type { OsName } from "../core/os.ts";
import type { RuleRequest, WindowsProfile } from "../core/rule-request.ts";
import { type Seen, seen, unseen, valueOf } from "../core/seen.ts";
import { complaintOf } from "./check.ts";
import { isLanInterface, lanNetworks } from "./lan.ts";
import type { OwnerFacts } from "./owner.ts";
import type { RuleFacts } from "./plan-rule.ts";
import type { ApplicationFirewallFacts } from "./write/application-firewall.ts";
import { parseZones } from "./write/firewalld-zones.ts";
import { hasDockerUser, isPublished } from "./write/published.ts";
import type { RunCommand } from "./run-command.ts";
import type { WindowsLook } from "./windows/look.ts";

/** How the machine is looked at. */
export interface Look {
  readonly run: RunCommand;
  /** The text of a file; nothing where it is not there or may not be read. */
  readonly readText: (path: string) => string | undefined;
  readonly hasProgram: (name: string) => boolean;
  /** Where it is a Windows. */
  readonly windows?: WindowsLook;
}

const AS_ROOT = "run it with sudo";
const APPLICATION_FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw";

/** Reads, with no change to anything, what `findOwner` asks. */
export async function readOwnerFacts(system: OsName, look: Look): Promise<OwnerFacts> {
  const none = unseen(`${system} has no such firewall`);
  if (system === "windows") {
    return { system, ufw: none, firewalld: none, nftables: none, iptables: none, pf: none, applicationFirewall: none };
  }
  if (system === "macos") {
    const [pf, applicationFirewall] = await Promise.all([readPf(look), readApplicationFirewall(look)]);
    return { system, ufw: none, firewalld: none, nftables: none, iptables: none, pf, applicationFirewall };
  }
  const [ufw, firewalld, nftables, iptables] = await Promise.all([
    readUfw(look),
    readFirewalld(look),
    readNftables(look),
    readIptables(look),
  ]);
  return { system, ufw, firewalld, nftables, iptables, pf: none, applicationFirewall: none };
}

/** Reads what the backends need to plan a rule; only managers that are there are asked. */
export async function readRuleFacts(
  request: RuleRequest,
  owner: OwnerFacts,
  machine: { readonly interfaces: readonly NetworkInterface[]; readonly activeProfiles: readonly WindowsProfile[] },
  look: Look,
): Promise<RuleFacts> {
  const place = { lan: lanNetworks(machine.interfaces, request.interface), families: [4, 6] as const };
  const windows = { activeProfiles: machine.activeProfiles };
  if (owner.system === "windows") return { ...place, windows };
  if (owner.system === "macos") return { ...place, ...(await readMacosFacts(owner, look)) };
  const firewalld = valueOf(owner.firewalld) === "running" ? await readZones(machine.interfaces, look) : undefined;
  const saved = valueOf(owner.iptables) ?? "";
  const ruleset = valueOf(owner.nftables);
  const folder = "/etc/ufw";
  const rulesFiles = ["user.rules", "user6.rules"].map((name) => look.readText(`${folder}/${name}`) ?? "").join("\n");
  const saves = look.hasProgram("netfilter-persistent") ? { saves: "netfilter-persistent" as const } : {};
  return {
    ...place,
    ...(ruleset !== undefined && { nft: { ruleset } }),
    ...(firewalld && { firewalld }),
    ufw: { active: valueOf(owner.ufw) === "active", rulesFiles, folder },
    iptables: {
      commands: { 4: "iptables", 6: "ip6tables" },
      published: isPublished(saved, request),
      dockerUser: hasDockerUser(saved),
      ...saves,
    },
  };
}

/** What a command printed; unseen where it could not be run, or failed. */
export async function readText(look: Look, ...argv: readonly string[]): Promise<Seen<string>> {
  const ran = await look.run({ argv });
  if (ran.kind === "not-run") return unseen(ran.because);
  return ran.code === 0 ? seen(ran.stdout) : unseen(complaintOf(argv, ran), AS_ROOT);
}

async function readUfw(look: Look): Promise<OwnerFacts["ufw"]> {
  if (!look.hasProgram("ufw")) return seen("absent");
  // ufw.conf may be read by everybody, and says no where ufw is off
  if (/^ENABLED=no\b/m.test(look.readText("/etc/ufw/ufw.conf") ?? "")) return seen("inactive");
  const status = await readText(look, "ufw", "status");
  return status.kind === "seen" ? seen(/^Status: active/m.test(status.value) ? "active" : "inactive") : status;
}

async function readFirewalld(look: Look): Promise<OwnerFacts["firewalld"]> {
  if (!look.hasProgram("firewall-cmd")) return seen("absent");
  const ran = await look.run({ argv: ["firewall-cmd", "--state"] });
  if (ran.kind === "not-run") return unseen(ran.because);
  return seen(ran.code === 0 ? "running" : "stopped");
}

async function readNftables(look: Look): Promise<OwnerFacts["nftables"]> {
  if (!look.hasProgram("nft")) return seen({ nftables: [] });
  const text = await readText(look, "nft", "-j", "list", "ruleset");
  if (text.kind === "unseen") return text;
  try {
    return seen<unknown>(JSON.parse(text.value));
  } catch {
    return unseen("`nft -j list ruleset` printed no JSON");
  }
}

async function readIptables(look: Look): Promise<OwnerFacts["iptables"]> {
  if (!look.hasProgram("iptables-save")) return seen("");
  const texts = await Promise.all(["iptables-save", "ip6tables-save"].map((name) => readText(look, name)));
  const missing = texts.find((text) => text.kind === "unseen");
  return missing ?? seen(texts.map((text) => valueOf(text) ?? "").join("\n"));
}

async function readZones(
  interfaces: readonly NetworkInterface[],
  look: Look,
): Promise<RuleFacts["firewalld"] | undefined> {
  const [zones, defaultZone] = await Promise.all([
    readText(look, "firewall-cmd", "--list-all-zones"),
    readText(look, "firewall-cmd", "--get-default-zone"),
  ]);
  if (zones.kind === "unseen" || defaultZone.kind === "unseen") return undefined;
  const usesIptables = /^FirewallBackend=iptables\b/m.test(look.readText("/etc/firewalld/firewalld.conf") ?? "");
  return {
    zones: parseZones(zones.value),
    defaultZone: defaultZone.value.trim(),
    interfaces: interfaces.filter(isLanInterface).map(({ name }) => name),
    engine: usesIptables ? "iptables" : "nftables",
  };
}

async function readPf(look: Look): Promise<OwnerFacts["pf"]> {
  const info = await readText(look, "pfctl", "-si");
  return info.kind === "seen" ? seen(/^Status: Enabled/m.test(info.value)) : info;
}

async function readApplicationFirewall(look: Look): Promise<OwnerFacts["applicationFirewall"]> {
  const state = await readText(look, APPLICATION_FIREWALL, "--getglobalstate");
  return state.kind === "seen" ? seen(/State = [12]/.test(state.value)) : state;
}

/** What pf's main rule set leads to, and which programs the application firewall knows. */
export async function readMacosFacts(
  owner: OwnerFacts,
  look: Look,
): Promise<Pick<RuleFacts, "pf"> & { readonly applicationFirewall: ApplicationFirewallFacts }> {
  const [rules, apps, blockAll] = await Promise.all([
    readText(look, "pfctl", "-sr"),
    readText(look, APPLICATION_FIREWALL, "--listapps"),
    readText(look, APPLICATION_FIREWALL, "--getblockall"),
  ]);
  return {
    ...(rules.kind === "seen" && { pf: { mainRules: rules.value, enabled: valueOf(owner.pf) === true } }),
    applicationFirewall: {
      on: valueOf(owner.applicationFirewall) === true,
      blockAll: /state set to enabled|is enabled/i.test(valueOf(blockAll) ?? ""),
      programs: parseFirewallPrograms(valueOf(apps) ?? ""),
    },
  };
}
