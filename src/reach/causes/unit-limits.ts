import { type Address, isLoopback, LOOPBACK4, LOOPBACK6 } from "../../core/address.ts";
import { cidrContains, parseCidr } from "../../core/cidr.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { describeOwner } from "../words/describe.ts";
import { showListener } from "../words/evidence.ts";
import { findDropped } from "../reading/failures.ts";
import type { Facts, Listener } from "../facts.ts";
import { findServing, findServingAt } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const unitLimits: Cause = {
  code: "UNIT_LIMITS",
  stage: "firewall",
  summary: "the server's systemd unit keeps it from the network (IPAddressDeny)",
  explain: [
    "A unit can forbid its service to exchange packets with addresses: IPAddressDeny=, with exceptions in IPAddressAllow=. The",
    "service listens, and what is sent to it is dropped: clients time out, and no firewall has such a rule.",
    "`systemctl show UNIT -p IPAddressDeny -p IPAddressAllow` tells; allow the clients in an override of the unit.",
  ],
  symptoms: ["timeout", "connected"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const found = findDenied(facts);
    if (!found) return undefined;
    const { listener, unit, limits, client, consequence } = found;
    return {
      severity: "blocks",
      title: `the unit ${unit} keeps ${describeOwner(listener)} from ${client}: ${consequence}`,
      evidence: [...limits.map((what) => ({ what, source: `systemctl show ${unit}` })), showListener(listener)],
      remedies: [allow(unit, found.allowed)],
    };
  },
};

interface Denied {
  readonly listener: Listener;
  readonly unit: string;
  readonly limits: readonly string[];
  /** Who is kept away, in words, and what the unit would have to allow. */
  readonly client: string;
  readonly allowed: string;
  readonly consequence: string;
}

function findDenied(facts: Facts): Denied | undefined {
  for (const { each } of findDropped(facts)) {
    const [listener] = facts.isLocal ? findServingAt(facts, each.to) : [];
    // Our own connection comes from the address that it goes to.
    const unit = listener && unitThatDenies(listener, each.to.address);
    if (!listener || !unit) continue;
    const { text } = each.to.address;
    const consequence = `${formatEndpoint(each.to)} does not answer`;
    return { listener, ...unit, client: text, allowed: text, consequence };
  }
  return findDeniedOutside(facts);
}

/** What others send is not seen from here; the unit's own words are. */
function findDeniedOutside(facts: Facts): Denied | undefined {
  const { from } = facts.request;
  if (from.kind === "here" || !wantsOutside(facts)) return undefined;
  for (const listener of findServing(facts).filter(({ row }) => !isLoopback(row.at.address))) {
    const unit = from.kind === "network" ? unitThatDenies(listener, from.address) : unitForOwnOnly(listener);
    if (!unit) continue;
    const client = describeVantage(from);
    const allowed = from.kind === "network" ? `${from.address.text}/${from.prefix}` : "any";
    return { listener, ...unit, client, allowed, consequence: "what is sent from there is dropped" };
  }
  return undefined;
}

/** Nobody but this machine is allowed. */
function unitForOwnOnly(listener: Listener) {
  return [OUTSIDE4, OUTSIDE6]
    .map((address) => unitThatDenies(listener, address))
    .find((unit) => {
      const allowed = unit ? networksOf(unit.limits, "IPAddressAllow") : [];
      return allowed.every((text) => [LOOPBACK4, LOOPBACK6].some((own) => contains(text, own)));
    });
}

/** Addresses for documentation: nobody has them. */
const OUTSIDE4: Address = { family: 4, text: "192.0.2.1", scopeId: 0 };
const OUTSIDE6: Address = { family: 6, text: "2001:db8::1", scopeId: 0 };

function unitThatDenies({ owners }: Listener, client: Address): Pick<Denied, "unit" | "limits"> | undefined {
  for (const { health } of owners) {
    const { unit, unitLimits: all = [] } = valueOf(health) ?? {};
    const limits = all.filter((limit) => /^IPAddress(?:Allow|Deny)=/.test(limit));
    if (unit !== undefined && denies(limits, client)) return { unit, limits };
  }
  return undefined;
}

/** systemd.resource-control(5): who is on the allow list gets in; else who is on the deny list does not. */
function denies(limits: readonly string[], client: Address): boolean {
  const isIn = (name: string) => networksOf(limits, name).some((text) => contains(text, client));
  return isIn("IPAddressDeny") && !isIn("IPAddressAllow");
}

function networksOf(limits: readonly string[], name: string): readonly string[] {
  const value = limits.find((limit) => limit.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  return value.split(" ").filter((word) => word !== "");
}

function contains(text: string, address: Address): boolean {
  if (text === "any") return true;
  if (text === "localhost") return isLoopback(address);
  const network = parseCidr(text);
  return network !== undefined && cidrContains(network, address);
}

function allow(unit: string, allowed: string): Remedy {
  return {
    what: `allow them in the unit: \`IPAddressAllow=${allowed}\` under [Service] in an override, then restart it`,
    commands: [
      ["sudo", "systemctl", "edit", unit],
      ["sudo", "systemctl", "restart", unit],
    ],
    risk: "exposes",
    undo: `\`sudo systemctl revert ${unit}\` and a restart`,
  };
}
