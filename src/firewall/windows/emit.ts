import { formatCidr } from "../../core/cidr.ts";
import type { AddressSpec, PortSpec, WindowsRule } from "./model.ts";

const ACTIONS = { allow: "Allow", block: "Block", bypass: "ByPass" } as const;
const DIRECTIONS = { in: "In", out: "Out" } as const;
const PROFILES = { domain: "Domain", private: "Private", public: "Public" } as const;
/** Keywords of addresses that came later have a key of their own. */
const LATER_KEYWORDS = new Set(["IntrAnet", "IntErnet", "Ply2Renders", "RmtIntrAnet", "CaptivePortal"]);

/** The text that `parseWindowsRule` reads as exactly this rule. Its texts must be without `|`, as Windows' own are. */
export function emitWindowsRule(rule: WindowsRule): string {
  const { version, protocol, program, service, name } = rule;
  const fields = [
    `v${version.major}.${version.minor}`,
    `Action=${ACTIONS[rule.action]}`,
    `Active=${rule.active ? "TRUE" : "FALSE"}`,
    `Dir=${DIRECTIONS[rule.direction]}`,
    ...(protocol === undefined ? [] : [`Protocol=${protocol}`]),
    ...rule.profiles.map((profile) => `Profile=${PROFILES[profile]}`),
    ...rule.localPorts.map((ports) => emitPorts("LPort", ports)),
    ...rule.remotePorts.map((ports) => emitPorts("RPort", ports)),
    ...rule.localAddresses.map((address) => emitAddress("LA", address)),
    ...rule.remoteAddresses.map((address) => emitAddress("RA", address)),
    ...(program === undefined ? [] : [`App=${program}`]),
    ...(service === undefined ? [] : [`Svc=${service}`]),
    ...(name === undefined ? [] : [`Name=${name}`]),
    ...rule.rest.map(({ key, value }) => `${key}=${value}`),
  ];
  return fields.map((field) => `${field}|`).join("");
}

function emitPorts(key: "LPort" | "RPort", ports: PortSpec): string {
  if (ports.kind === "keyword") return `${ports.key}=${ports.keyword}`;
  const { first, last } = ports;
  return first === last ? `${key}=${first}` : `${key}2_10=${first}-${last}`;
}

function emitAddress(key: "LA" | "RA", address: AddressSpec): string {
  switch (address.kind) {
    case "keyword":
      return `${key}${address.family}${LATER_KEYWORDS.has(address.keyword) ? "2" : ""}=${address.keyword}`;
    case "range":
      return `${key}${address.first.family}=${address.first.text}-${address.last.text}`;
    case "network": {
      const { network } = address;
      const { family, text } = network.address;
      const isWhole = network.prefix === (family === 4 ? 32 : 128);
      return `${key}${family}=${isWhole ? text : formatCidr(network)}`;
    }
  }
}
