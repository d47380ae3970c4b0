import { getServers } from "node:dns";
import { type Address, parseAddress } from "../../../core/address.ts";
import type { ResolverAnswer } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { askResolver, canBeAsked } from "../../dns/ask-resolver.ts";

/** More than any network hands out. */
const MOST_RESOLVERS = 6;

/** The name, as it is, asked of each resolver of each adapter, all at once. */
export async function askResolvers(name: string, timeoutMs: number): Promise<Seen<readonly ResolverAnswer[]>> {
  if (!canBeAsked(name)) return unseen(`\`${name}\` is no name that a resolver could be asked for`);
  const resolvers = parseServers(getServers());
  if (resolvers.length === 0) return unseen("no resolver is configured", "`ipconfig /all` shows them");
  return seen(await Promise.all(resolvers.map((each) => askResolver(each, name, timeoutMs))));
}

/** An adapter without resolvers has three of fec0::/10, which nobody serves any more. */
export function parseServers(servers: readonly string[]): Address[] {
  const found = servers.flatMap((each) => parseAddress(each) ?? []);
  return found.filter(({ text }) => !text.startsWith("fec0:")).slice(0, MOST_RESOLVERS);
}
