import { runHook } from "./hook.ts";
import { interfaceTo, isLoopbackNumber, isOwn } from "./locality.ts";
import { type State, mergeStates, withDoubt } from "./state.ts";
import type { End, World } from "./world.ts";

/** Where a packet's way through this machine ended well. */
export interface Arrived {
  readonly state: State;
  /** `here`: at a socket of this machine. `forwarded`: let through to another one. `left`: sent off by this one. */
  readonly how: "here" | "forwarded" | "left";
}

export interface Travelled {
  readonly arrived: readonly Arrived[];
  readonly ends: readonly End[];
}

/** A packet that comes in by `iif`: to a socket of ours, or through us. */
export function comeIn(world: World, states: readonly State[]): Travelled {
  const early = runHook(world, "ingress", states);
  const before = runHook(world, "prerouting", early.states);
  const { own, others } = split(world, before.states);
  const martians = own.filter((state) => isMartian(world, state));
  const here = runHook(
    world,
    "input",
    own.filter((state) => !martians.includes(state)),
  );
  const through = forward(world, others);
  return {
    arrived: [...here.states.map((state): Arrived => ({ state, how: "here" })), ...through.arrived],
    ends: [
      ...early.ends,
      ...before.ends,
      ...martians.map((state) => endMartian(world, state)),
      ...here.ends,
      ...through.ends,
    ],
  };
}

/** A packet that this machine sends by `oif`: off, or round to itself on `lo`. */
export function sendOut(world: World, states: readonly State[]): Travelled {
  // Its route is looked for before any rule can translate it.
  const stuck = states.filter((state) => isStranger(world, state) && isOwn(world.locality, state.daddr, 4) === "no");
  const out = runHook(
    world,
    "output",
    states.filter((state) => !stuck.includes(state)),
  );
  const { own, others } = split(world, out.states);
  const strangers = others.filter((state) => isStranger(world, state));
  const leaving = others
    .filter((state) => !strangers.includes(state))
    .map((state) => (states.some(({ daddr }) => daddr === state.daddr) ? state : reroute(world, state)));
  const off = depart(world, leaving);
  // Whoever gets it takes nothing from an address that can only be his own.
  const lost = off.states.filter((state) => isLoopbackNumber(state.saddr, state.family));
  const round = depart(
    world,
    own.map((state): State => ({ ...state, oif: "lo" })),
  );
  const back = comeIn(
    world,
    round.states.map((state): State => ({ ...state, iif: "lo", oif: "" })),
  );
  const left = off.states.filter((state) => !lost.includes(state));
  return {
    arrived: [...left.map((state): Arrived => ({ state, how: "left" })), ...back.arrived],
    ends: [
      ...out.ends,
      ...off.ends,
      ...round.ends,
      ...back.ends,
      ...[...stuck, ...strangers, ...lost].map((state) => endStranger(world, state)),
    ],
  };
}

/** From 127.0.0.1 to another machine: without route_localnet the kernel finds no route (ip_mkroute_output). */
function isStranger({ locality: { host } }: World, { saddr, family }: State): boolean {
  return family === 4 && isLoopbackNumber(saddr, 4) && host.routeLocalnet !== true;
}

function endStranger({ locality: { host } }: World, state: State): End {
  const from = `a packet from ${state.family === 4 ? "127.0.0.1" : "::1"} was sent to another machine`;
  return state.family === 6 || host.routeLocalnet === false
    ? { kind: "drop", by: { kind: "kernel", text: from }, state }
    : { kind: "unknown", because: `${from}, which hangs on route_localnet`, state };
}

/** What is sent to somebody else now may leave by another interface. */
function reroute(world: World, state: State): State {
  return { ...state, oif: interfaceTo(world.locality, state.daddr, state.family) };
}

function depart(world: World, states: readonly State[]): ReturnType<typeof runHook> {
  const after = runHook(world, "postrouting", states);
  const off = runHook(world, "egress", after.states);
  return { states: off.states, ends: [...after.ends, ...off.ends] };
}

/** What is for us and what is not; in doubt, both. */
function split(world: World, states: readonly State[]): { own: State[]; others: State[] } {
  const own: State[] = [];
  const others: State[] = [];
  for (const state of states) {
    const answer = isOwn(world.locality, state.daddr, state.family);
    const each = answer === "maybe" ? withDoubt(state, "whose address it is sent to") : state;
    if (answer !== "no") own.push(each);
    if (answer !== "yes") others.push(each);
  }
  return { own, others };
}

/** From another machine to 127.0.0.1: only by translation, and only with route_localnet; to ::1 mostly not at all. */
function isMartian({ locality: { host } }: World, { family, iif, daddr }: State): boolean {
  return iif !== "lo" && isLoopbackNumber(daddr, family) && (family === 6 || host.routeLocalnet !== true);
}

function endMartian({ locality: { host } }: World, state: State): End {
  if (state.family === 6) return { kind: "unknown", because: "what comes in is sent on to ::1", state };
  const text = "what comes in is never sent on to 127.0.0.1, without route_localnet";
  return host.routeLocalnet === false
    ? { kind: "drop", by: { kind: "kernel", text }, state }
    : { kind: "unknown", because: "it is sent on to 127.0.0.1, and whether route_localnet is set is not known", state };
}

function forward(world: World, states: readonly State[]): Travelled {
  if (states.length === 0) return { arrived: [], ends: [] };
  const { forwards } = world.locality.host;
  const isOff = ({ family }: State) => forwards !== undefined && !(family === 4 ? forwards.v4 : forwards.v6);
  if (!forwards) world.assumed.add("this machine forwards packets");
  const stopped = states
    .filter(isOff)
    .map((state): End => ({ kind: "drop", by: { kind: "kernel", text: "forwarding is off (ip_forward)" }, state }));
  const going = states.filter((state) => !isOff(state)).map((state) => reroute(world, state));
  const through = runHook(world, "forward", mergeStates(going));
  const off = depart(world, through.states);
  const returned = off.states.filter(isReturned);
  return {
    arrived: off.states.filter((state) => !isReturned(state)).map((state): Arrived => ({ state, how: "forwarded" })),
    ends: [...stopped, ...through.ends, ...off.ends, ...returned.map(endReturned)],
  };
}

/** Sent back by translation to where it came from, with the client's address still on it: the answer won't come by here. */
function isReturned({ iif, oif, saddr, track: { original, translated, direction } }: State): boolean {
  return direction === "original" && iif === oif && translated.daddr !== original.daddr && saddr === original.saddr;
}

function endReturned(state: State): End {
  if (state.saddr !== state.daddr) {
    return {
      kind: "unknown",
      because: "it is sent back out where it came in, and its answer won't come by here",
      state,
    };
  }
  return { kind: "drop", by: { kind: "kernel", text: "nobody takes a packet from his own address" }, state };
}
