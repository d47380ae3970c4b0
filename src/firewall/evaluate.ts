import type { RuleSet } from "./model.ts";
import type { Packet } from "./packet.ts";
import type { Verdict } from "./verdict.ts";
import { mayBlockBelow } from "./walk/below.ts";
import { type Outcome, conclude } from "./walk/conclude.ts";
import { hooksOf } from "./walk/hooks.ts";
import { localityOf } from "./walk/locality.ts";
import { answerTo, firstPacket, nextPacket, rejection, secondTry } from "./walk/packets.ts";
import { type Arrived, type Travelled, comeIn, sendOut } from "./walk/path.ts";
import type { State } from "./walk/state.ts";
import { type Tri, type Value, isVague } from "./value.ts";
import { type End, MOST_VISITS, type World } from "./walk/world.ts";

/**
 * What becomes of a connection that begins with this packet: its own way through every hook, the way back of the server's
 * answer, and of what a reject sends. What is not understood is taken both ways; the verdict is `unknown` only where they
 * do not come to the same.
 */
export function evaluate(rules: RuleSet, packet: Packet): Verdict {
  const { family } = packet.destination;
  const world: World = {
    rules,
    hooks: hooksOf(rules, family),
    packet,
    locality: localityOf(packet),
    assumed: new Set(),
    trace: [],
    walking: "request",
    hook: "prerouting",
    left: MOST_VISITS,
  };
  if (!rules.covers.includes(family)) return unseen(family);
  const first = firstPacket(world);
  const outcomes = follow(world, first);
  const below = mayBlockBelow(rules, packet);
  if (below !== undefined) outcomes.push({ kind: "unknown", because: below, state: first });
  return conclude(world, outcomes);
}

function unseen(family: 4 | 6): Verdict {
  return { kind: "unknown", because: `no rules of IPv${family} were given`, assumed: [], trace: [] };
}

function follow(world: World, first: State): Outcome[] {
  const { arrived, ends } = travel(world, "request", first);
  return [...settleEnds(world, first, ends), ...arrived.flatMap((each) => awaitAnswer(world, first, each))];
}

function travel(world: World, walking: World["walking"], first: State): Travelled {
  world.walking = walking;
  return first.iif === "" ? sendOut(world, [first]) : comeIn(world, [first]);
}

/** A reject is one only where what it sends reaches the client. */
function settleEnds(world: World, first: State, ends: readonly End[]): Outcome[] {
  return ends.flatMap((end): Outcome[] => {
    if (end.kind !== "reject") return [end];
    const sent = travel(world, "reject", rejection(world, end.state, end.reject));
    const strange = sent.arrived.filter(({ state }) => !state.icmp && isAnswerTo(first, state) !== "yes");
    const others = [...sent.ends, ...strange.map(({ state }) => endStrange(state, isAnswerTo(first, state)))];
    const lost = others.map((other): Outcome => ({ ...asDrop(other, end.state), insteadOf: end }));
    return sent.arrived.length > strange.length ? [end, ...lost] : lost;
  });
}

/** Whoever loses an answer loses it in silence: what a reject would tell reaches only who sent it. */
function asDrop(end: End, request: State): End {
  const state = { ...end.state, doubts: [...request.doubts, ...end.state.doubts] };
  return end.kind === "reject" ? { kind: "drop", by: end.by, state } : { ...end, state };
}

function awaitAnswer(world: World, first: State, arrived: Arrived): Outcome[] {
  const answer = travel(world, "reply", answerTo(world, arrived));
  const known = answer.arrived.map((each) => ({ ...each, isFor: isAnswerTo(first, each.state) }));
  const accepted: Outcome[] = known
    .filter(({ isFor }) => isFor === "yes")
    .map(({ state }) => ({
      kind: "accept",
      arrived,
      state: { ...arrived.state, doubts: [...arrived.state.doubts, ...state.doubts] },
      next: travel(world, "next", nextPacket(first, arrived.state.track, state.track)),
    }));
  const strange = known.filter(({ isFor }) => isFor !== "yes").map((each) => endStrange(each.state, each.isFor));
  return [...accepted, ...[...answer.ends, ...strange].flatMap((end) => tryAgain(world, first, arrived, end))];
}

/** Whether the client takes it for an answer: only from where it sent its own packet. */
function isAnswerTo(first: State, answer: State): Tri {
  const pairs = [
    [first.saddr, answer.daddr],
    [first.daddr, answer.saddr],
    ...(answer.icmp ? [] : [[first.sport, answer.dport] as const, [first.dport, answer.sport] as const]),
  ] as const;
  const strange = pairs.filter(([asked, given]) => asked !== given);
  if (strange.length === 0) return "yes";
  return strange.some(([asked, given]) => !isVague(asked) && !isVague(given)) ? "no" : "maybe";
}

function endStrange(state: State, isFor: Tri): End {
  const text = "the answer does not come from where the client sent to, since nothing translates it back";
  if (isFor === "no") return { kind: "drop", by: { kind: "kernel", text }, state };
  return { kind: "unknown", because: "whether the answer comes from where the client sent to is not known", state };
}

/** The answer was lost: both sides try again, and now the connection is known. A rule may tell the client no then. */
function tryAgain(world: World, first: State, arrived: Arrived, lost: End): Outcome[] {
  const drop: Outcome = { ...asDrop(lost, arrived.state), ofAnswer: true };
  const request = arrived.state.track;
  const isTracked = request.state === "new" || request.state === "established";
  const sent = lost.kind === "reject" ? travel(world, "reject", rejection(world, lost.state, lost.reject)) : undefined;
  if (sent && lost.kind === "reject" && lost.reject === "tcp-reset" && sent.ends.some(isMessage)) {
    // It bears the client's address, and so the client is told.
    return [unsure("the reset that a rule sends to the server is rejected itself", lost.state)];
  }
  if (!isTracked || drop.kind === "unknown") return [drop];
  const { track } = lost.state;
  const isKnown = track.direction === "reply" && track.state !== "none" && track.state !== "untracked";
  const after = isKnown ? track : { ...request, seenReply: false };
  const marks = new Set([after.mark, ...marksOf(sent)]);
  if ([...marks].some((mark) => mark !== request.mark && isAnsweredWith(world, arrived, mark))) {
    return [
      unsure(
        "the answer is lost, but a rule changes the connection's mark, and the next one is let through",
        lost.state,
      ),
    ];
  }
  const tries = [...marks].map((mark) => travel(world, "retry", secondTry(first, { ...after, mark })));
  const told = tries.flatMap(({ ends }) => settleEnds(world, first, ends));
  const isTold = tries.every((each) => each.arrived.length === 0) && told.length > 0;
  // What is lost in both tries is lost.
  return isTold && told.every(({ kind }) => kind === "reject")
    ? told
    : [drop, ...told.filter(({ kind }) => kind !== "drop")];
}

function isMessage(end: End): boolean {
  return end.kind === "reject" && end.reject !== "tcp-reset";
}

function unsure(because: string, state: State): Outcome {
  return { kind: "unknown", because, state };
}

/** What a reject sends belongs to the connection, and rules may put a mark on that. */
function marksOf(sent: Travelled | undefined): Value[] {
  const states = [...(sent?.arrived ?? []), ...(sent?.ends ?? [])].map(({ state }) => state);
  return states.filter(({ track }) => track.state === "related").map(({ track }) => track.mark);
}

function isAnsweredWith(world: World, { state, how }: Arrived, mark: Value): boolean {
  const marked: State = { ...state, track: { ...state.track, mark } };
  const { trace } = world;
  world.trace = undefined;
  const { arrived } = travel(world, "reply", answerTo(world, { state: marked, how }));
  world.trace = trace;
  return arrived.length > 0;
}
