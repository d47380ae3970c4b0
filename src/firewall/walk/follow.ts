import { type Tri, type Value, isVague } from "../value.ts";
import type { Outcome } from "./conclude.ts";
import { isOwn } from "./locality.ts";
import { answerTo, nextPacket, rejection, secondTry } from "./packets.ts";
import { type Arrived, type Travelled, comeIn, sendOut } from "./path.ts";
import { type State, TCP } from "./state.ts";
import type { End, World } from "./world.ts";

/** All that may come of a connection that begins with this packet. */
export function follow(world: World, first: State): Outcome[] {
  const { arrived, ends } = travel(world, "request", first);
  const settled = settleEnds(world, first, ends).flatMap((each) => {
    // Whether a datagram is sent again is for the client's program to say.
    const isSilence = each.kind === "drop" && each.insteadOf === undefined && first.protocol === TCP;
    return isSilence ? tryUntilTold(world, first, each, each.state) : [each];
  });
  return [...settled, ...arrived.flatMap((each) => awaitAnswer(world, first, each))];
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
  const { saddr, family, track } = arrived.state;
  if (arrived.how !== "here" && saddr !== track.original.saddr) {
    const own = isOwn(world.locality, saddr, family);
    if (own === "no")
      return [unsure("its source is translated to an address of others, where the answer goes", arrived.state)];
    if (own === "maybe") world.assumed.add("what the source is translated to is an address of this machine");
  }
  const answer = travel(world, "reply", answerTo(world, arrived));
  const known = answer.arrived.map((each) => ({ ...each, isFor: isAnswerTo(first, each.state) }));
  const accepted: Outcome[] = known
    .filter(({ isFor }) => isFor === "yes")
    .map(({ state }) => ({
      kind: "accept",
      arrived,
      state: { ...arrived.state, doubts: [...arrived.state.doubts, ...state.doubts] },
      next: travel(world, "next", nextPacket(first, arrived.state.track, state)),
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

/** More tries than this, each of them different, are not followed. */
const MOST_TRIES = 4;

/**
 * A packet was lost in silence, and the client tries again: where rules have put it on a list, or a mark on a connection
 * that is known already, the next one may fare differently.
 */
function tryUntilTold(world: World, first: State, drop: Outcome, lost: State, tries = 0): Outcome[] {
  const next = nextTry(first, drop, lost);
  if (!next) return [drop];
  if (tries === MOST_TRIES) return [unsure("each try changes what the rules do with the next one", lost)];
  const { arrived, ends } = travel(world, "retry", next);
  if (arrived.length > 0) return [unsure("it is dropped, but a rule lets a later try through", lost)];
  const told = settleEnds(world, first, ends);
  // What is lost in each try is lost.
  return told.length > 0 && told.every(({ kind }) => kind === "reject")
    ? told
    : [
        drop,
        ...told.flatMap((each) => {
          if (each.kind !== "drop") return [each];
          return isAlike(each.state, lost) ? [] : tryUntilTold(world, first, drop, each.state, tries + 1);
        }),
      ];
}

/** Nothing where the next try is the same as this one. */
function nextTry(first: State, drop: Outcome, { touched, track, iif }: State): State | undefined {
  // Connections are kept from the last hook on: what goes round on lo has passed it, and so has what a device sends off.
  const isKept =
    iif === "lo" || (drop.kind === "drop" && drop.by.kind !== "kernel" && drop.by.table.family === "netdev");
  const isTracked = track.state === "new" || track.state === "established";
  const isMarked = isKept && isTracked && track.mark !== first.track.mark;
  if (touched.length === 0 && !isMarked) return undefined;
  return isKept && isTracked ? secondTry(first, track, touched) : { ...first, touched };
}

function isAlike(a: State, b: State): boolean {
  return a.track.mark === b.track.mark && a.touched.length === b.touched.length;
}

/** The answer was lost: both sides of TCP try again, and now the connection is known. A rule may tell the client no then. */
function tryAgain(world: World, first: State, arrived: Arrived, lost: End): Outcome[] {
  const drop: Outcome = { ...asDrop(lost, arrived.state), ofAnswer: true };
  const request = arrived.state.track;
  const isTracked = request.state === "new" || request.state === "established";
  const sent = lost.kind === "reject" ? travel(world, "reject", rejection(world, lost.state, lost.reject)) : undefined;
  if (sent && lost.kind === "reject" && lost.reject === "tcp-reset" && sent.ends.some(isMessage)) {
    // It bears the client's address, and so the client is told.
    return [unsure("the reset that a rule sends to the server is rejected itself", lost.state)];
  }
  if (!isTracked || drop.kind === "unknown" || first.protocol !== TCP) return [drop];
  const { track } = lost.state;
  const isKnown = track.direction === "reply" && track.state !== "none" && track.state !== "untracked";
  const after = isKnown ? track : { ...request, seenReply: false };
  const marks = new Set([after.mark, ...marksOf(sent)]);
  const { touched } = lost.state;
  const isNew = (mark: Value) => mark !== request.mark || touched.length > arrived.state.touched.length;
  if ([...marks].some((mark) => isNew(mark) && isAnsweredWith(world, arrived, mark, touched))) {
    return [unsure("the answer is lost, but a rule lets the next one through", lost.state)];
  }
  const tries = [...marks].map((mark) => travel(world, "retry", secondTry(first, { ...after, mark }, touched)));
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

function isAnsweredWith(world: World, { state, how }: Arrived, mark: Value, touched: readonly string[]): boolean {
  const marked: State = { ...state, track: { ...state.track, mark }, touched };
  const { trace } = world;
  world.trace = undefined;
  const { arrived } = travel(world, "reply", answerTo(world, { state: marked, how }));
  world.trace = trace;
  return arrived.length > 0;
}
