import type { Hook } from "../model.ts";
import { type Flow, walkChain } from "./chain.ts";
import { type Group, MOST_STATIONS, type Station, possibleOrders } from "./hooks.ts";
import { isSettled, rewrite, settle, sideOf } from "./nat.ts";
import { type State, mergeStates, stateKey, tupleOf, withDoubt } from "./state.ts";
import type { Decider } from "./decider.ts";
import type { End, Passed, World } from "./world.ts";

/** Walks these states through everything at one hook. */
export function runHook(world: World, hook: Hook, states: readonly State[]): Passed {
  world.hook = hook;
  const ends: (readonly End[])[] = [];
  let live = states;
  for (const group of world.hooks.get(hook) ?? []) {
    if (live.length === 0) break;
    const passed = runGroup(world, group, live);
    ends.push(passed.ends);
    live = passed.states;
  }
  return { states: live, ends: distinctEnds(ends.flat()) };
}

/** Where the order is not certain, every one is tried; only the likeliest is traced. */
function runGroup(world: World, { stations, priority }: Group, states: readonly State[]): Passed {
  if (stations.length > MOST_STATIONS) return runMany(world, stations, priority, states);
  const results = possibleOrders(stations).map((order, index) => runOrder(world, order, states, index === 0));
  if (results.length === 1) return results[0]!;
  return {
    states: mergeStates(results.flatMap((each) => each.states)),
    ends: distinctEnds(results.flatMap((each) => each.ends)),
  };
}

function runOrder(world: World, order: readonly Station[], states: readonly State[], isTraced: boolean): Passed {
  const { trace } = world;
  if (!isTraced) world.trace = undefined;
  const ends: (readonly End[])[] = [];
  let live = states;
  for (const station of order) {
    if (live.length === 0) break;
    const passed = runStation(world, station, live);
    ends.push(passed.ends);
    live = passed.states;
  }
  world.trace = trace;
  return { states: live, ends: ends.flat() };
}

/** Too many orders to try: their order does not matter where none changes the packet and all that end it do it alike. */
function runMany(world: World, stations: readonly Station[], priority: number, states: readonly State[]): Passed {
  const alone = stations.map((station) => runOrder(world, [station], states, false));
  const keys = new Set(states.map(stateKey));
  const areUnchanged = alone.every((each) => each.states.every((state) => keys.has(stateKey(state))));
  const kinds = new Set(alone.flatMap((each) => each.ends).map(endKey));
  const passed = runOrder(world, stations, states, true);
  if (areUnchanged && kinds.size < 2) return passed;
  const because = `${stations.length} chains have the priority ${priority}, and which comes first is not known`;
  return { states: [], ends: [...passed.ends, { kind: "unknown", because, state: states[0]! }] };
}

function endKey(end: End): string {
  return end.kind === "reject" ? end.reject : end.kind;
}

/** One of each kind; the first stays. */
function distinctEnds(ends: readonly End[]): readonly End[] {
  if (ends.length < 2) return ends;
  return [...Map.groupBy(ends, (end) => `${endKey(end)} ${stateKey(end.state)}`).values()].map(([first]) => first!);
}

function runStation(world: World, station: Station, states: readonly State[]): Passed {
  switch (station.kind) {
    case "track":
      return { states: states.map(track), ends: [] };
    case "chain":
      return runBaseChain(world, station, states);
    case "nat": {
      const results = states.map((state) => runNat(world, station.groups, state));
      return {
        states: mergeStates(results.flatMap((each) => each.states)),
        ends: results.flatMap((each) => each.ends),
      };
    }
  }
}

/** Connection tracking takes a packet in, unless it has it already (as on `lo`) or was told not to. */
function track(state: State): State {
  const { track: before } = state;
  if (before.state !== "none") return state;
  const seenReply = before.seenReply || before.direction === "reply";
  const isFirst = before.next === "new" && !before.dstSettled && !before.srcSettled;
  const tuples = isFirst ? { original: tupleOf(state), translated: tupleOf(state) } : {};
  return { ...state, track: { ...before, ...tuples, state: before.next, seenReply } };
}

function runBaseChain(
  world: World,
  { table, chain }: Extract<Station, { kind: "chain" }>,
  states: readonly State[],
): Passed {
  const { devices, policy, type, isMaybeDormant } = chain.base!;
  if (world.hook === "ingress" || world.hook === "egress") {
    const here = states.map((state) => isOnDevice(world, state, devices));
    if (here.includes("no")) return { states, ends: [] };
    if (here.includes("maybe"))
      return runMaybe(world, { table, chain }, states, `the device of chain \`${chain.name}\``);
  }
  // What another chain has translated already is not asked about again.
  const isDone = ({ track: { dstSettled, srcSettled } }: State) =>
    type === "nat" && (sideOf(world.hook) === "destination" ? dstSettled : srcSettled);
  const done = states.filter(isDone);
  const asked = states.filter((state) => !isDone(state));
  if (isMaybeDormant) {
    const passed = runMaybe(world, { table, chain }, asked, `whether table ${table.name} is dormant`);
    return { states: mergeStates([...done, ...passed.states]), ends: passed.ends };
  }
  const flow = walkChain(world, table, chain, asked);
  const by: Decider = { kind: "policy", table, chain };
  const isDrop = policy === "drop";
  const dropped = isDrop ? flow.fell.map((state): End => ({ kind: "drop", by, state })) : [];
  const passed = pass(flow, isDrop ? [] : flow.fell);
  return { states: mergeStates([...done, ...passed]), ends: [...flow.ends, ...dropped] };
}

/** A packet remembers the last rule that let it pass. */
function pass({ accepted }: Flow, others: readonly State[]): readonly State[] {
  return mergeStates([...accepted.map(({ state, by }) => ({ ...state, acceptedBy: by })), ...others]);
}

function isOnDevice(world: World, state: State, devices: readonly string[] | undefined): "yes" | "no" | "maybe" {
  const at = world.hook === "ingress" ? state.iif : state.oif;
  if (devices === undefined || typeof at !== "string") return "maybe";
  return devices.includes(at) ? "yes" : "no";
}

/** A chain on a device that is not known, or that may be switched off: it may have been passed by. */
function runMaybe(
  world: World,
  { table, chain }: Omit<Extract<Station, { kind: "chain" }>, "kind">,
  states: readonly State[],
  doubt: string,
): Passed {
  const doubted = states.map((state) => withDoubt(state, doubt));
  const flow = walkChain(world, table, chain, doubted);
  const by: Decider = { kind: "policy", table, chain };
  const dropped = flow.fell.map((state): End => ({ kind: "drop", by, state }));
  const isDrop = chain.base!.policy === "drop";
  const passed = pass(flow, [...flow.fell, ...doubted]);
  return { states: passed, ends: isDrop ? [...flow.ends, ...dropped] : flow.ends };
}

/** The first packet asks the chains, until one of them has set a translation up; all others are merely rewritten. */
function runNat(world: World, groups: readonly Group[], state: State): Passed {
  const side = sideOf(world.hook);
  const { track: known } = state;
  const isTracked = known.state === "new" || known.state === "established" || known.state === "related";
  if (!isTracked) return { states: [state], ends: [] };
  if (known.state === "established" || isSettled(known, side) || state.icmp) {
    return { states: [rewrite(state, side)], ends: [] };
  }
  const ends: (readonly End[])[] = [];
  const done: State[] = [];
  let live: readonly State[] = [state];
  for (const group of groups) {
    const passed = runGroup(world, group, live);
    ends.push(passed.ends);
    done.push(...passed.states.filter((each) => isSettled(each.track, side)));
    live = passed.states.filter((each) => !isSettled(each.track, side));
  }
  // What goes back already is set right as what goes there was: a translation that is set up here is not for it.
  const isReply = known.direction === "reply";
  const settled = isReply ? [settle(state, side)] : [...done, ...live.map((each) => settle(each, side))];
  const isLeft = done.length + live.length > 0;
  return { states: isLeft ? mergeStates(settled.map((each) => rewrite(each, side))) : [], ends: ends.flat() };
}
