import { formatHostPort } from "../core/address.ts";
import type { NetworkInterface } from "../core/network.ts";
import type { OsName } from "../core/os.ts";
import type { Backend, RuleRequest } from "../core/rule-request.ts";
import { type Seen, seen, unseen, valueOf } from "../core/seen.ts";
import { packetsFor } from "./asked-packets.ts";
import { evaluate } from "./evaluate.ts";
import { type Look, readMacosFacts, readOwnerFacts, readText } from "./gather-rule-facts.ts";
import type { Client, Fate } from "./judge-plan.ts";
import type { RuleSet } from "./model.ts";
import type { Host, Packet } from "./packet.ts";
import { macosClientsOf } from "./pf/clients.ts";
import { readLivePf } from "./pf/read-live.ts";
import { placeRules } from "./place-rules.ts";
import { readLive } from "./read.ts";
import type { RuleRef, Verdict } from "./verdict.ts";
import { windowsClientsOf } from "./windows/clients.ts";
import { readWindowsFirewall } from "./windows/registry.ts";
import { describeServers } from "./windows/servers.ts";
import type { PlannedRule } from "./write/plan.ts";

/** The clients that a request is about, judged by the rules of this machine as they are now. Changes nothing. */
export async function readClients(
  request: RuleRequest,
  system: OsName,
  interfaces: readonly NetworkInterface[],
  look: Look,
): Promise<Seen<readonly Client[]>> {
  if (system === "windows") return readWindowsClients(request, interfaces, look);
  if (system === "macos") return readMacosClients(request, interfaces, look);
  const rules = await readLive(async (argv) => (look.hasProgram(argv[0]!) ? readText(look, ...argv) : undefined));
  if (rules.kind === "unseen") return rules;
  return seen(clientsOf(packetsFor(request, interfaces, readHost(interfaces, look)), rules.value));
}

async function readMacosClients(
  request: RuleRequest,
  interfaces: readonly NetworkInterface[],
  look: Look,
): Promise<Seen<readonly Client[]>> {
  const [pf, owner] = await Promise.all([readLivePf(look.run), readOwnerFacts("macos", look)]);
  if (pf.kind === "unseen") return pf;
  if (owner.applicationFirewall.kind === "unseen") return owner.applicationFirewall;
  const { applicationFirewall } = await readMacosFacts(owner, look);
  const { program } = request;
  const place = { pf: pf.value, applicationFirewall, ...(program !== undefined && { program }) };
  return seen(macosClientsOf(packetsFor(request, interfaces, { interfaces }), place));
}

async function readWindowsClients(
  request: RuleRequest,
  interfaces: readonly NetworkInterface[],
  { windows }: Look,
): Promise<Seen<readonly Client[]>> {
  if (!windows) return unseen("this machine is no Windows");
  const registry = windows.registry();
  if (registry.kind === "unseen") return registry;
  const firewall = readWindowsFirewall(registry.value);
  const kinds = valueOf(await windows.kinds());
  const { program } = request;
  const servers = program === undefined ? describeServers(windows.serving(request), firewall, windows) : [{ program }];
  const packets = packetsFor(request, interfaces, { interfaces });
  const { environment } = windows;
  return seen(windowsClientsOf(packets, { firewall, interfaces, ...(kinds && { kinds }), environment, servers }));
}

/** Each packet's client; the rule set with the same planned rules is made once for all of them. */
export function clientsOf(packets: readonly Packet[], rules: RuleSet): Client[] {
  const placed = new Map<readonly PlannedRule[], RuleSet>();
  return packets.map((packet) => ({
    text: `${packet.source.text} to ${formatHostPort(packet.destination, packet.port)}`,
    fateWith: (planned) => {
      const after = placed.get(planned) ?? placeRules(rules, planned);
      placed.set(planned, after);
      return fateOf(evaluate(after, packet), packet.port);
    },
  }));
}

function fateOf({ kind, because, rule }: Verdict, port: number): Fate {
  switch (kind) {
    case "accept":
      return { kind: "passes", because };
    case "unknown":
      return { kind: "unknown", because };
    case "drop":
    case "reject":
      return { kind: "blocked", because, ...(rule && { mend: mendOf(rule, port) }) };
  }
}

/** Only a rule about this very port may go: without one that refuses all the rest, everything would be open. */
function mendOf(ref: RuleRef, port: number): string {
  const { backend, family, table, chain, position, handle, text } = ref;
  const place = `chain ${chain} of ${table}`;
  const before = `wants a rule in front of it: \`--backend ${backendOf(ref)}\``;
  if (position === undefined) return `the policy of ${place} ${before}`;
  if (!new RegExp(`\\b${port}\\b`).test(text)) return `rule ${position} of ${place} ${before}`;
  const tool = family === "ip6" ? backend.replace("iptables", "ip6tables") : backend;
  const command =
    backend === "nftables"
      ? `nft delete rule ${family} ${table} ${chain} handle ${handle ?? "N"}`
      : `${tool} -t ${table} -D ${chain} ${position}`;
  return `rule ${position} of ${place} would have to go, if it is yours: \`${command}\``;
}

/** Who could put a rule in front of this one, by the names that managers give their chains and tables. */
function backendOf({ backend, table, chain }: RuleRef): Backend {
  if (/^ufw6?-/.test(chain)) return "ufw";
  if (table === "firewalld" || /^(?:FWD|IN)_|_ZONES/.test(chain)) return "firewalld";
  return backend === "nftables" ? "nft" : "iptables";
}

/** What the kernel does with packets besides asking rules; what can't be read is left out. */
export function readHost(interfaces: readonly NetworkInterface[], look: Pick<Look, "readText">): Host {
  const read = (path: string) => look.readText(`/proc/sys/net/${path}`)?.trim();
  const [v4, v6] = [read("ipv4/ip_forward"), read("ipv6/conf/all/forwarding")];
  const isBridge = ({ name }: NetworkInterface) =>
    look.readText(`/sys/class/net/${name}/bridge/bridge_id`) !== undefined;
  // The one of `all` and that of an interface count together: none of them may be on.
  const localnet = ["all", ...interfaces.map(({ name }) => name)].map((name) =>
    read(`ipv4/conf/${name}/route_localnet`),
  );
  return {
    interfaces,
    ...(v4 !== undefined && v6 !== undefined && { forwards: { v4: v4 !== "0", v6: v6 !== "0" } }),
    ...(localnet.every((value) => value === "0") && { routeLocalnet: false }),
    bridges: interfaces.filter(isBridge).map(({ name }) => name),
  };
}
