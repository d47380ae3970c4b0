import type { RegistryValue } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readRegistryKey, readRegistryTree, type RegistryKey } from "./registry.ts";
import { readServiceState } from "./service-state.ts";

const OWN = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
const POLICY = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";
/** The service that has the rules carried out. */
const SERVICE = "MpsSvc";
/** `StandardProfile` is the one that Windows calls "private". */
const PROFILES = ["DomainProfile", "StandardProfile", "PublicProfile"] as const;

/** Whether Windows' own firewall is on in any of its profiles; a policy overrules what is set on the machine. */
export function readFirewallState(): Seen<boolean> {
  const states = PROFILES.map((profile) =>
    chooseState(readRegistryKey(`${POLICY}\\${profile}`), readRegistryKey(`${OWN}\\${profile}`)),
  );
  if (states.includes(true)) return seen(true);
  if (states.every((state) => state === false)) return seen(false);
  return unseen(
    "the registry does not tell whether the firewall is on",
    "`netsh advfirewall show allprofiles state` shows it",
  );
}

/** Nothing where neither of them says. */
export function chooseState(policy: RegistryKey, own: RegistryKey): boolean | undefined {
  const values = [policy, own].map((key) => (key.kind === "values" ? key.values.get("EnableFirewall") : undefined));
  const state = values.find((value) => typeof value === "number");
  return state === undefined ? undefined : state !== 0;
}

/** The firewall's rules and settings; what they do while its service is stopped is not known. */
export function readFirewallRegistry(): Seen<readonly RegistryValue[]> {
  const service = readServiceState(SERVICE);
  if (service.kind === "seen" && service.value === "stopped") {
    return unseen(`the firewall's service ${SERVICE} is stopped`, `\`net start ${SERVICE}\` starts it`);
  }
  const [own, policy] = [readRegistryTree(OWN), readRegistryTree(POLICY)];
  if (own.kind === "unseen") return own;
  return policy.kind === "unseen" ? policy : seen([...own.value, ...policy.value]);
}
