import { requireAddress } from "../../../src/core/address.ts";
import type { RegistryValue } from "../../../src/core/network.ts";
import type { WindowsProfile } from "../../../src/core/rule-request.ts";
import { seen } from "../../../src/core/seen.ts";
import type { Packet } from "../../../src/firewall/packet.ts";
import { readWindowsFirewall } from "../../../src/firewall/windows/registry.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { judgeWindowsWay } from "../../../src/reach/gather/windows-ways.ts";
import { candidateOf, connected, ETH0, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { windowsOf } from "./windows.ts";

export const NODE = String.raw`C:\nvm\v22\node.exe`;
const OWN = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
const POLICY = String.raw`HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall`;

export interface WindowsRules {
  /** By the name of their value, without version, activity and direction. A name that begins with `policy ` is a policy's. */
  readonly rules?: Readonly<Record<string, string>>;
  /** `local PublicProfile DoNotAllowExceptions`, `policy PrivateProfile AllowLocalPolicyMerge`. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Nothing: not known. */
  readonly kind?: WindowsProfile;
  /** What listens; nothing: it can't be seen. */
  readonly program?: string;
  readonly facts?: Partial<Facts>;
}

/** Facts of a Windows on whose 192.168.1.20:8000 a node listens, asked for this LAN, with the verdict of these rules. */
export function ruledByWindows({ rules = {}, settings = {}, kind, program = NODE, facts }: WindowsRules): Facts {
  const owners = [ownerOf({ process: { name: "node", command: ["node", "server.js"], program }, server: "node" })];
  const all = factsOf({
    system: "windows",
    machine: windowsOf(),
    request: requestOf("192.168.1.20:8000", { from: { kind: "lan" } }),
    candidates: [candidateOf("192.168.1.20")],
    attempts: [connected("192.168.1.20")],
    listeners: [listenerOf("0.0.0.0", { owners })],
    ...facts,
  });
  const address = requireAddress("192.168.1.20");
  const packet: Packet = {
    protocol: "tcp",
    port: 8000,
    source: requireAddress("192.168.1.7"),
    destination: address,
    way: { kind: "in", interface: ETH0.name },
    host: {},
  };
  const way = judgeWindowsWay(
    all,
    { candidate: candidateOf("192.168.1.20"), packet },
    {
      firewall: readWindowsFirewall(registryOf(rules, settings)),
      ...(kind && { kinds: new Map([[ETH0.index, kind]]) }),
      look: { process: () => undefined, realPath: (path) => path, environment: { SystemRoot: String.raw`C:\Windows` } },
    },
  );
  return { ...all, more: { firewall: seen({ ways: [way], outside: [], missing: [] }), ...facts?.more } };
}

function registryOf(
  rules: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, number>>,
): readonly RegistryValue[] {
  const rootOf = (store: string | undefined) => (store === "policy" ? POLICY : OWN);
  return [
    ...Object.entries(rules).map(([id, text]) => {
      const key = `${id.startsWith("policy ") ? POLICY : OWN}\\FirewallRules`;
      return { key, name: id, data: `v2.30|Active=TRUE|Dir=In|${text}` };
    }),
    ...Object.entries(settings).map(([place, data]) => {
      const [store, profile, name = ""] = place.split(" ");
      return { key: `${rootOf(store)}\\${profile}`, name, data };
    }),
  ];
}
