import { type Address, requireAddress } from "../../../src/core/address.ts";
import type { NameAnswer, NeighbourState, ResolverAnswer, Route } from "../../../src/core/network.ts";
import { type Seen, seen } from "../../../src/core/seen.ts";
import { addressKey, type MoreFacts } from "../../../src/reach/facts.ts";

/** Facts of the way to these addresses, `{ "10.0.0.5": routeOf("unicast") }`. */
export function routesTo(routes: Readonly<Record<string, Route>>): Pick<MoreFacts, "routes"> {
  return { routes: keyed(routes) };
}

export function neighboursAt(states: Readonly<Record<string, NeighbourState>>): Pick<MoreFacts, "neighbourStates"> {
  return { neighbourStates: keyed(states) };
}

function keyed<T>(values: Readonly<Record<string, T>>): ReadonlyMap<string, Seen<T>> {
  return new Map(Object.entries(values).map(([text, value]) => [addressKey(requireAddress(text)), seen(value)]));
}

/** By eth0 where it is a usual one. */
export function routeOf(kind: Route["kind"], overrides: Partial<Route> = {}): Route {
  return { kind, text: `${kind} route`, ...(kind === "unicast" && { interface: "eth0" }), ...overrides };
}

export function nameOf(name: string, ...addresses: readonly string[]): NameAnswer {
  return { kind: "addresses", name, addresses: addresses.map(requireAddress), hostsLines: [] };
}

export function noName(
  name: string,
  failure: Extract<NameAnswer, { kind: "failed" }>["failure"] = "not-found",
  shown = "EAI_NONAME",
): NameAnswer {
  return { kind: "failed", name, failure, shown, hostsLines: [] };
}

/** `{ "10.0.0.53": ["10.0.0.5"], "1.1.1.1": "NXDOMAIN", "9.9.9.9": undefined }`: addresses, a refusal, silence. */
export function resolversOf(
  answers: Readonly<Record<string, readonly string[] | string | undefined>>,
): Pick<MoreFacts, "resolvers"> {
  const all = Object.entries(answers).map(([text, said]): ResolverAnswer => {
    return { resolver: requireAddress(text), answer: answerOf(said) };
  });
  return { resolvers: seen(all) };
}

function answerOf(said: readonly string[] | string | undefined): ResolverAnswer["answer"] {
  if (said === undefined) return { kind: "silent" };
  if (typeof said === "string") return { kind: "none", shown: said };
  const addresses: readonly Address[] = said.map(requireAddress);
  return { kind: "addresses", addresses };
}
