import type { KernelFacts, Network } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { Seen } from "../../core/seen.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { Facts } from "../facts.ts";
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
  const candidates = limitCandidates(located.candidates, listeners);
  const before = network.kernel();
  const isTcp = target.protocol === "tcp";
  return {
    before,
    facts: {
      request,
      system: os.name,
      machine: network.machine(),
      ...located,
      candidates,
      attempts: isTcp && spared === undefined ? await connectToAll(request, candidates, isLocal, network) : [],
      ...(spared !== undefined && { spared }),
      datagrams: isTcp ? [] : await sendToAll(request, candidates, isLocal, network),
      listeners,
      proxyEnv: proxyVariables(process.env),
      cwd: process.cwd(),
    },
  };
}

const PROXY_VARIABLE = /^(?:https?|all|no)_proxy$/i;

/** The variables as they are written: some clients heed one case only. */
function proxyVariables(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const set = Object.entries(env).filter(([name, value]) => PROXY_VARIABLE.test(name) && (value ?? "") !== "");
  return Object.fromEntries(set.map(([name, value]) => [name, value ?? ""]));
}
