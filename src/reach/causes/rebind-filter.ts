import type { Address } from "../../core/address.ts";
import type { ResolverAnswer } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import { spaceOf } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { showResolvers } from "../words/show-resolvers.ts";
import { reachInstead, retarget } from "../words/target-text.ts";

export const rebindFilter: Cause = {
  code: "REBIND_FILTER",
  stage: "name",
  summary: "one resolver gives the name's private address, and another keeps it back (DNS rebind protection)",
  explain: [
    "Many routers and resolvers (dnsmasq, Unbound, FRITZ!Box, OpenWrt) take answers with private addresses out of DNS, since",
    "web pages could use them to get at the network behind. A public name for a machine of the LAN then has no address.",
    "Allow the name there (dnsmasq: rebind-domain-ok), or write it into the hosts file.",
  ],
  symptoms: ["no-name"],
  needs: ["resolvers"],
  dependsOn: [],
  judge({ name, more, request: { target } }) {
    if (name?.kind !== "failed") return undefined;
    const resolvers = valueOf(more.resolvers) ?? [];
    const gives = resolvers.flatMap((each) =>
      findPrivate(each).map((address) => ({ resolver: each.resolver, address })),
    );
    const drops = resolvers.find(({ answer }) => answer.kind === "none");
    const [given] = gives;
    if (!given || drops?.answer.kind !== "none") return undefined;
    const { text, family } = given.address;
    const line = `${text} ${name.name}`;
    return {
      severity: "blocks",
      title: `${given.resolver.text} says that ${name.name} is ${text}, and ${drops.resolver.text} says ${drops.answer.shown}: it keeps private addresses back, or does not know this network`,
      evidence: [{ what: `${name.name}: ${name.shown}`, source: "getaddrinfo" }, ...showResolvers(resolvers)],
      remedies: [
        {
          what: `allow it at ${drops.resolver.text} (dnsmasq: \`rebind-domain-ok=/${name.name}/\`; Unbound: \`private-domain: ${name.name}\`; a FRITZ!Box has a list of its own)`,
          commands: [],
          risk: "weakens",
        },
        {
          what: `write \`${line}\` into the hosts file`,
          commands: [],
          risk: "none",
          undo: `take the line \`${line}\` out again`,
        },
        reachInstead(`use ${text}`, retarget(target, { host: family === 6 ? `[${text}]` : text })),
      ],
    };
  },
};

function findPrivate({ answer }: ResolverAnswer): readonly Address[] {
  return answer.kind === "addresses" ? answer.addresses.filter((address) => spaceOf(address) !== "public") : [];
}
