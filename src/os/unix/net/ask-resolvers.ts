import { type Address, LOOPBACK4 } from "../../../core/address.ts";
import type { ResolverAnswer } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { askResolver, canBeAsked } from "../../dns/ask-resolver.ts";
import { readTextPath } from "../paths.ts";
import { parseScopedAddress } from "./scoped-address.ts";

const FILE = "/etc/resolv.conf";
/** The C libraries heed no more of them (MAXNS of resolv.h). */
const MOST_RESOLVERS = 3;

/** The name, as it is, asked of each resolver that the C library would ask, all at once. */
export async function askResolvers(name: string, timeoutMs: number): Promise<Seen<readonly ResolverAnswer[]>> {
  const text = readTextPath(FILE);
  if (text === undefined) return unseen(`${FILE}, which names the resolvers, can't be read`);
  if (!canBeAsked(name)) return unseen(`\`${name}\` is no name that a resolver could be asked for`);
  return seen(await Promise.all(parseResolvers(text).map((each) => askResolver(each, name, timeoutMs))));
}

/** The resolvers of a resolv.conf; where it has none, the C library asks this machine. */
export function parseResolvers(text: string): Address[] {
  const named = text.split("\n").flatMap((line) => /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? []);
  const found = named.flatMap((each) => parseScopedAddress(each) ?? []).slice(0, MOST_RESOLVERS);
  return found.length > 0 ? found : [LOOPBACK4];
}
