import type { Chain, Part, Rule, RuleVerdict, Table } from "../model.ts";
import type { TraceLine } from "../verdict.ts";
import { evaluateExpr, findIn, isList } from "./expr.ts";
import { Guarded } from "./guards.ts";
import { askMatch } from "./match.ts";
import { settle, sideOf, translate } from "./nat.ts";
import { type State, mergeStates, withDoubt, withTouched } from "./state.ts";
import type { Decider } from "./decider.ts";
import { type End, MOST_TRACE, type Noted, type World } from "./world.ts";

/** What comes out of a chain. `fell`: at its end, or by `return`. */
export interface Flow {
  readonly accepted: { readonly state: State; readonly by: Decider }[];
  readonly fell: State[];
  readonly ends: End[];
}

/** The kernel allows 16 for nft; xtables' chains go as deep as they are many. */
const DEEPEST = 500;
/** How many rules are passed by while one is asked. */
const COST_OF_ASKING = 16;
/** More different states than this are given up on. */
const MOST_STATES = 256;

/** Where a walk is. */
interface At {
  readonly world: World;
  readonly table: Table;
  readonly chain: Chain;
}

/** One rule being asked about one packet. */
interface Asking extends At {
  readonly rule: Rule;
  readonly flow: Flow;
  readonly depth: number;
  /** Who goes on to the next rule. */
  readonly next: State[];
}

/** Walks these states, all at once, through a chain. Where a match is not known, both ways are walked. */
export function walkChain(world: World, table: Table, chain: Chain, states: readonly State[], depth = 0): Flow {
  const flow: Flow = { accepted: [], fell: [], ends: [] };
  const guards = new Guarded(chain);
  let live = mergeStates(states);
  for (let at = 0; at < chain.rules.length && live.length > 0; at++) {
    const [first, second] = live;
    if (first && !second) at += passBy({ world, table, chain }, guards, at, first);
    const rule = chain.rules[at];
    if (!rule) break;
    const next: State[] = [];
    for (const state of live)
      askRule({ world, table, chain, rule, flow, depth, next }, state, guards.failing(state, at));
    live = isSame(next, live) ? live : limit(mergeStates(next), flow);
  }
  append(flow.fell, live);
  return flow;
}

/** `push(...)` takes only as many as the stack holds. */
function append<T>(to: T[], from: readonly T[]): void {
  for (const each of from) to.push(each);
}

/** How many rules, from this one on, are surely not for this packet. */
function passBy(at: At, guards: Guarded, first: number, state: State): number {
  const failing: number[] = [];
  for (let rule = first; rule < at.chain.rules.length; rule++) {
    const part = guards.failing(state, rule);
    if (part === undefined) break;
    failing.push(part);
  }
  at.world.left -= failing.length / COST_OF_ASKING;
  if (failing.length > 0) note(at, { kind: "passed-by", first, failing });
  return failing.length;
}

function isSame(a: readonly State[], b: readonly State[]): boolean {
  return a.length === b.length && a.every((state, index) => state === b[index]);
}

function limit(states: readonly State[], flow: Flow): readonly State[] {
  if (states.length <= MOST_STATES) return states;
  flow.ends.push({ kind: "unknown", because: "too much hangs on what is not known", state: states[0]! });
  return [];
}

/** A way through one rule that is still to be walked: some part of it on. */
interface Fork {
  readonly state: State;
  readonly at: number;
  readonly isSure: boolean;
}

/** `failing`: the part of the rule that surely does not hold, if that is known already. */
function askRule(asking: Asking, state: State, failing: number | undefined): void {
  const { world, flow, rule, next } = asking;
  if (--world.left < 0) {
    flow.ends.push({ kind: "unknown", because: "the rules lead too far round", state });
    return;
  }
  if (failing !== undefined) {
    note(asking, { kind: "passed-by", first: rule.position - 1, failing: [failing] });
    return void next.push(state);
  }
  const forks: Fork[] = [{ state, at: 0, isSure: true }];
  for (let fork = forks.pop(); fork; fork = forks.pop()) {
    world.left--;
    const part = rule.parts[fork.at];
    if (part === undefined) {
      traceRule(asking, fork.isSure ? "yes" : "maybe");
      next.push(fork.state);
    } else askPart(asking, part, fork, forks);
  }
}

function askPart(asking: Asking, part: Part, fork: Fork, forks: Fork[]): void {
  const { world, table, next } = asking;
  const { state, at, isSure } = fork;
  switch (part.do) {
    case "match": {
      const answer = askMatch(world, table, state, part.match);
      if (answer === "no") return endRule(asking, state, isSure ? "no" : "maybe", part.text);
      if (answer === "yes") return void forks.push({ state, at: at + 1, isSure });
      const doubted = withDoubt(state, part.text);
      traceRule(asking, "maybe", part.text);
      next.push(doubted);
      return void forks.push({ state: doubted, at: at + 1, isSure: false });
    }
    case "verdict":
      traceRule(asking, isSure ? "yes" : "maybe");
      return applyVerdict(asking, state, part.verdict);
    case "vmap":
      return askMap(asking, part, fork);
    case "nat":
      return applyNat(asking, part, fork);
    case "mark":
      return applyMark(asking, part, fork, forks);
    case "notrack": {
      const isFirst = state.track.state === "none";
      const untracked: State = isFirst ? { ...state, track: { ...state.track, state: "untracked" } } : state;
      return void forks.push({ state: untracked, at: at + 1, isSure });
    }
    case "touch": {
      const touched = withTouched(state, `${part.how === "add" ? "+" : "-"}${part.set}`);
      return void forks.push({ state: touched, at: at + 1, isSure });
    }
  }
}

function endRule(asking: Asking, state: State, matched: TraceLine["matched"], why: string): void {
  traceRule(asking, matched, why);
  asking.next.push(state);
}

function traceRule(asking: Asking, matched: TraceLine["matched"], why?: string): void {
  const { rule } = asking;
  note(asking, { kind: "asked", rule, matched, ...(why !== undefined && { why }) });
}

function note({ world: { trace, walking, hook }, table, chain }: At, what: Noted["what"]): void {
  if (trace && trace.length < MOST_TRACE) trace.push({ walking, hook, table, chain, what });
}

function deciderOf({ table, chain, rule }: Asking): Decider {
  return { kind: "rule", table, chain, rule };
}

function askMap(asking: Asking, part: Extract<Part, { do: "vmap" }>, { state, isSure }: Fork): void {
  const { world, table, rule } = asking;
  const key = evaluateExpr(world, table, state, part.key);
  if (key.value === undefined) return endRule(asking, state, "no", rule.text);
  const found = findIn(table, state, part.map, isList(key.value) ? key.value : [key.value]);
  const misses = found.miss || key.miss;
  if (found.hits.length === 0) return endRule(asking, state, "no", rule.text);
  const isCertain = isSure && !misses && found.hits.length === 1;
  traceRule(asking, isCertain ? "yes" : "maybe");
  const each = isCertain ? state : withDoubt(state, rule.text);
  if (misses) asking.next.push(each);
  for (const verdict of found.hits) {
    // A map that is not there has no verdicts to find.
    const isVerdict = typeof verdict === "object" && verdict !== null;
    applyVerdict(asking, each, isVerdict ? (verdict as RuleVerdict) : { kind: "opaque", text: rule.text });
  }
}

function applyVerdict(asking: Asking, state: State, verdict: RuleVerdict): void {
  const { world, table, flow, next, depth } = asking;
  switch (verdict.kind) {
    case "accept":
      return void flow.accepted.push({ state, by: deciderOf(asking) });
    case "drop":
      return void flow.ends.push({ kind: "drop", by: deciderOf(asking), state });
    case "reject":
      return void flow.ends.push({
        kind: "reject",
        reject: state.family === 4 ? verdict.v4 : verdict.v6,
        by: deciderOf(asking),
        state,
      });
    case "return":
      return void flow.fell.push(state);
    case "continue":
      return void next.push(state);
    case "opaque":
      return void flow.ends.push({
        kind: "unknown",
        because: `what \`${verdict.text}\` does is not known`,
        by: deciderOf(asking),
        state,
      });
    case "jump":
    case "goto": {
      const target = table.chains.get(verdict.chain);
      if (!target || depth === DEEPEST) {
        const because = target ? `chains lead deeper than ${DEEPEST}` : `chain \`${verdict.chain}\` is not there`;
        return void flow.ends.push({ kind: "unknown", because, by: deciderOf(asking), state });
      }
      const inner = walkChain(world, table, target, [state], depth + 1);
      append(flow.accepted, inner.accepted);
      append(flow.ends, inner.ends);
      // Behind a chain that was gone to, evaluation resumes behind the last jump.
      append(verdict.kind === "jump" ? next : flow.fell, mergeStates(inner.fell));
    }
  }
}

function applyNat(asking: Asking, { nat }: Extract<Part, { do: "nat" }>, { state, at, isSure }: Fork): void {
  const { world, table, flow, next, rule } = asking;
  const result = translate(world, table, state, nat);
  switch (result.kind) {
    case "unknown":
      return void flow.ends.push({ kind: "unknown", because: result.because, by: deciderOf(asking), state });
    case "not-for-it":
      // What stands behind it in the rule is nothing but it.
      return at + 1 < rule.parts.length ? void next.push(state) : endRule(asking, state, "no", rule.text);
    case "done": {
      traceRule(asking, isSure && !result.miss ? "yes" : "maybe");
      if (result.miss) next.push(withDoubt(state, rule.text));
      flow.accepted.push({ state: settle(result.state, sideOf(world.hook)), by: deciderOf(asking) });
    }
  }
}

function applyMark(asking: Asking, part: Extract<Part, { do: "mark" }>, fork: Fork, forks: Fork[]): void {
  const { world, table, next, rule } = asking;
  const { state, at, isSure } = fork;
  const { value: given, miss } = evaluateExpr(world, table, state, part.value);
  if (given === undefined) return endRule(asking, state, "no", rule.text);
  if (miss) next.push(withDoubt(state, rule.text));
  const value = isList(given) ? given[0] : given;
  forks.push({ state: setMark(state, part.of, value), at: at + 1, isSure: isSure && !miss });
}

/** Without a connection there is nothing to put a connection's mark on. */
function setMark(state: State, of: Extract<Part, { do: "mark" }>["of"], value: State["mark"]): State {
  if (of === "packet") return { ...state, mark: value };
  if (of === "service") return { ...state, service: value };
  const { track } = state;
  const has = track.state === "new" || track.state === "established" || track.state === "related";
  return has ? { ...state, track: { ...track, mark: value } } : state;
}
