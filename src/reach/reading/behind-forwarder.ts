import { type Address, parseAddress } from "../../core/address.ts";
import type { NamespaceFacts } from "../../core/network.ts";
import { valueOf } from "../../core/seen.ts";
import type { Facts, Listener, MoreFacts, Owner } from "../facts.ts";
import { findMeantTries, findServingAt, takes, type Try } from "./tries.ts";

export type Namespace = NonNullable<Extract<MoreFacts["namespaces"], { kind: "seen" }>>["value"][number];

/** A try that came to a forwarder of this machine (docker-proxy), and what is at its other end. */
export interface Behind {
  readonly each: Try;
  readonly listener: Listener;
  readonly owner: Owner;
  readonly to: { readonly address: Address; readonly port: number };
  /** The namespace that has the address; nothing where none has it. */
  readonly namespace: Namespace | undefined;
  /** Who listens on that port in there, on whatever address. */
  readonly inner: NamespaceFacts["listeners"];
  /** Those of them that take what the forwarder sends. */
  readonly taking: NamespaceFacts["listeners"];
}

/** What stands behind the forwarders that the tries came to; none where the namespaces could not be seen. */
export function findBehind(facts: Facts): readonly Behind[] {
  const namespaces = valueOf(facts.more.namespaces);
  if (!namespaces) return [];
  return findMeantTries(facts).flatMap((each): readonly Behind[] => {
    const [listener] = findServingAt(facts, each.to);
    const owner = listener?.owners.find(({ forwarder }) => forwarder?.to);
    const host = owner?.forwarder?.to?.host;
    const address = host === undefined ? undefined : parseAddress(host);
    const port = owner?.forwarder?.to?.port;
    if (!listener || !owner || !address || port === undefined) return [];
    const namespace = namespaces.find(({ addresses }) => addresses.some((own) => isSame(own, address)));
    const { protocol } = each.to;
    const inner = (namespace?.listeners ?? []).filter(
      ({ row: { at } }) => at.port === port && at.protocol === protocol,
    );
    const taking = inner.filter(({ row }) => takes(row.at, address));
    return [{ each, listener, owner, to: { address, port }, namespace, inner, taking }];
  });
}

function isSame(a: Address, b: Address): boolean {
  return a.family === b.family && a.text === b.text;
}
