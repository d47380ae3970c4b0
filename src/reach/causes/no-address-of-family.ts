import type { Evidence, Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import type { Facts } from "../facts.ts";

export const noAddressOfFamily: Cause = {
  code: "NO_ADDRESS_OF_FAMILY",
  stage: "name",
  summary: "only IPv4 or only IPv6 was asked for, and the target has no such address",
  explain: [
    "With -4 or -6 only addresses of that family are tried, as some clients do by a setting of their own. A name that has",
    "none of them, or an address of the other family, leaves nothing to connect to.",
    "Leave the flag (or the client's setting) out, or give the name such an address.",
  ],
  symptoms: ["no-address"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { family, target } = facts.request;
    if (family === undefined || facts.candidates.length > 0) return undefined;
    const flag = `-${family}`;
    return {
      severity: "blocks",
      title: `${describeTarget(facts)} has no IPv${family} address, and ${flag} asks for one`,
      evidence: showAddresses(facts),
      remedies: [leaveOut(flag, target.text)],
    };
  },
};

function describeTarget({ request: { target } }: Facts): string {
  return target.host.kind === "name" ? target.host.name : target.text;
}

function showAddresses({ name, request: { target } }: Facts): readonly Evidence[] {
  if (name?.kind === "addresses") {
    const addresses = name.addresses.map(({ text }) => text).join(", ");
    return [{ what: `${name.name} is ${addresses}`, source: "getaddrinfo" }];
  }
  const { host } = target;
  return host.kind === "address"
    ? [{ what: `${host.address.text} is IPv${host.address.family}`, source: "target" }]
    : [];
}

function leaveOut(flag: string, text: string): Remedy {
  return { what: `leave ${flag} out`, commands: [["portguard", "reach", text]], risk: "none" };
}
