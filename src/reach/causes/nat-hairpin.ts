import { cidrOf, cidrContains } from "../../core/cidr.ts";
import type { Address } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import { spaceOf } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { describeSilence, findDropped, isReached } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { showResolvers } from "../words/show-resolvers.ts";
import { reachInstead, retarget } from "../words/target-text.ts";

export const natHairpin: Cause = {
  code: "NAT_HAIRPIN",
  stage: "route",
  summary:
    "the name stands for the router's public address, and the server is in this very network: the router does not turn back",
  explain: [
    "A server behind a router has a private address, and its name the router's public one. From outside the router forwards;",
    "from inside, many routers do not send such packets back in (NAT hairpin), and the connection times out.",
    "Use the private address inside: a second DNS answer for the LAN (split DNS), or a line in the hosts file.",
  ],
  symptoms: ["timeout"],
  needs: ["resolvers"],
  dependsOn: [],
  judge(facts) {
    const { target } = facts.request;
    const [first] = findDropped(facts).filter(({ each }) => spaceOf(each.to.address) === "public");
    if (!first || facts.isLocal || target.host.kind !== "name" || isReached(facts)) return undefined;
    const resolvers = valueOf(facts.more.resolvers) ?? [];
    const inner = resolvers.flatMap(({ resolver, answer }) => {
      const near = answer.kind === "addresses" ? answer.addresses.find((address) => isOurs(facts, address)) : undefined;
      return near ? [{ resolver, near }] : [];
    })[0];
    if (!inner) return undefined;
    const { near } = inner;
    return {
      severity: "blocks",
      title: `${formatEndpoint(first.each.to)} does not answer from inside: ${target.host.name} is ${near.text} on this network, as ${inner.resolver.text} says`,
      evidence: [{ what: describeSilence(first), source: "connect" }, ...showResolvers(resolvers)],
      remedies: [
        reachInstead(
          `use ${near.text} from here`,
          retarget(target, { host: near.family === 6 ? `[${near.text}]` : near.text }),
        ),
        {
          what: `let every resolver of this network answer ${near.text} (split DNS), or write \`${near.text} ${target.host.name}\` into the hosts file`,
          commands: [],
          risk: "none",
        },
      ],
    };
  },
};

/** Whether it is a private address of a network that this machine is on. */
function isOurs({ interfaces }: Facts, address: Address): boolean {
  if (spaceOf(address) !== "local") return false;
  return interfaces.some(({ loopback, addresses }) =>
    addresses.some((own) => !loopback && cidrContains(cidrOf(own.address, own.prefix), address)),
  );
}
