import { sameAddress } from "../../core/address.ts";
import type { Candidate } from "../../core/diagnosis.ts";
import type { NameAnswer, Network, NetworkInterface } from "../../core/network.ts";
import type { ReachRequest } from "../../core/target.ts";
import { findCandidates, isOwnAddress } from "./candidates.ts";

/** Where the target is, as this machine's clients would find it. */
export interface Located {
  readonly name?: NameAnswer;
  readonly interfaces: readonly NetworkInterface[];
  readonly candidates: readonly Candidate[];
  /** Every candidate is an address of this machine. */
  readonly isLocal: boolean;
}

/** Resolves the target and lists the addresses that a client would try. */
export async function locate(request: ReachRequest, network: Network): Promise<Located> {
  const { host } = request.target;
  const interfaces = network.interfaces();
  const name = host.kind === "name" ? await resolveInTime(host.name, request.timeoutMs, network) : undefined;
  const all = findCandidates(request, name, interfaces);
  // getaddrinfo repeats an address that stands in the hosts file twice.
  const first = ({ address }: Candidate) => all.find((other) => sameAddress(other.address, address));
  const candidates = all.filter((candidate) => first(candidate) === candidate);
  const isLocal = candidates.length > 0 && candidates.every(({ address }) => isOwnAddress(address, interfaces));
  return { ...(name && { name }), interfaces, candidates, isLocal };
}

/** Waits no longer than this: a resolver that is away keeps the system's own call for half a minute. */
async function resolveInTime(name: string, timeoutMs: number, network: Network): Promise<NameAnswer> {
  const { promise: tooLate, resolve } = Promise.withResolvers<NameAnswer>();
  const shown = `no answer within ${timeoutMs} ms`;
  const giveUp = () => resolve({ kind: "failed", name, failure: "temporary", shown, hostsLines: [] });
  const timer = setTimeout(giveUp, timeoutMs);
  try {
    return await Promise.race([network.resolve(name), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
