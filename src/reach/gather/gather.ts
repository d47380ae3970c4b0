import type { Attempt } from "../../core/diagnosis.ts";
import type { KernelFacts, Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { Seen } from "../../core/seen.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { Facts, Listener } from "../facts.ts";
import { takes } from "../reading/tries.ts";
import { symptomOf } from "../symptoms.ts";
import { connectToAll, findReasonToSpare, limitCandidates, sendToAll } from "./attempts.ts";
import { findListeners } from "./listeners.ts";
import { locate } from "./locate.ts";

/** What is always gathered, and the kernel's counters as they stood before anything was tried. */
export interface Gathered {
  readonly facts: Omit<Facts, "more">;
  readonly before: Seen<KernelFacts>;
}

/** Looks at this machine, then tries every way that a client would. */
export async function gather(request: ReachRequest, os: Os, network: Network): Promise<Gathered> {
  const { target } = request;
  const located = await locate(request, network);
  const { isLocal } = located;
  const listeners = isLocal ? findListeners(target.port, os, network) : [];
  const spared = findReasonToSpare(request, listeners);
  const candidates = limitCandidates(located.candidates, listeners, request.from.kind !== "here");
  const before = network.kernel();
  const isTcp = target.protocol === "tcp";
  const attempts = isTcp && spared === undefined ? await connectToAll(request, candidates, isLocal, network) : [];
  return {
    before,
    facts: {
      request,
      system: os.name,
      machine: network.machine(),
      ...located,
      candidates,
      attempts,
      ...(spared !== undefined && { spared }),
      datagrams: isTcp ? [] : await sendToAll(request, candidates, isLocal, network),
      // A server may have gone meanwhile, and be it because our connection was the one that it waited for.
      listeners: contradicts(attempts, listeners) ? findListeners(target.port, os, network) : listeners,
      proxyEnv: proxyVariables(process.env),
      cwd: process.cwd(),
    },
  };
}

/** A refusal where somebody listened a moment ago. */
function contradicts(attempts: readonly Attempt[], listeners: readonly Listener[]): boolean {
  const refused = attempts.filter((attempt) => symptomOf(attempt) === "refused");
  return refused.some(({ to }) => listeners.some(({ row }) => row.state === "listen" && takes(row.at, to.address)));
}

const PROXY_VARIABLE = /^(?:https?|all|no)_proxy$/i;

/** The variables as they are written: some clients heed one case only. */
function proxyVariables(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const set = Object.entries(env).filter(([name, value]) => PROXY_VARIABLE.test(name) && (value ?? "") !== "");
  return Object.fromEntries(set.map(([name, value]) => [name, value ?? ""]));
}
