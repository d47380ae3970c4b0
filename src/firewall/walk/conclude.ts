import { addressFromBytes, formatHostPort } from "../../core/address.ts";
import type { Part, Rule } from "../model.ts";
import { type Errno, errnoOf } from "../reject.ts";
import type { Afterwards, RuleRef, TraceLine, Verdict } from "../verdict.ts";
import type { Decider } from "./decider.ts";
import type { Arrived, Travelled } from "./path.ts";
import { refOf, refOfDecider } from "./refs.ts";
import type { State } from "./state.ts";
import { type End, MOST_TRACE, type Noted, type World } from "./world.ts";

/** One thing that may come of it. */
export type Outcome =
  /** `next`: the way of the client's next packet. */
  | { readonly kind: "accept"; readonly arrived: Arrived; readonly state: State; readonly next: Travelled }
  /** `insteadOf`: a reject whose message is lost. `ofAnswer`: it came in, and the server's answer does not get out. */
  | (End & { readonly insteadOf?: End; readonly ofAnswer?: true });

/** One verdict for all that may come of it: `unknown` where they differ for the client. */
export function conclude(world: World, outcomes: readonly Outcome[]): Verdict {
  const said = sayOf(world, outcomes);
  const assumed = [...world.assumed];
  let trace: readonly TraceLine[] | undefined;
  return {
    ...said,
    assumed,
    get trace() {
      return (trace ??= tellTrace(world.trace ?? []));
    },
  };
}

function tellTrace(notes: readonly Noted[]): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  for (const noted of notes) {
    for (const line of linesOf(noted, MOST_TRACE - lines.length)) lines.push(line);
  }
  return lines;
}

function linesOf({ walking, hook, table, chain, what }: Noted, most: number): TraceLine[] {
  const lineOf = (rule: Rule, matched: TraceLine["matched"], why: string | undefined): TraceLine => {
    const line = { packet: walking, hook, rule: refOf(table, chain, rule), matched };
    return why === undefined ? line : { ...line, why };
  };
  if (what.kind === "asked") return most > 0 ? [lineOf(what.rule, what.matched, what.why)] : [];
  return what.failing.slice(0, most).map((part, index) => {
    const rule = chain.rules[what.first + index]!;
    return lineOf(rule, "no", textOf(rule.parts[part]));
  });
}

function textOf(part: Part | undefined): string | undefined {
  return part?.do === "match" ? part.text : undefined;
}

function sayOf(world: World, outcomes: readonly Outcome[]): Said {
  const [first] = outcomes;
  if (!first) return { kind: "unknown", because: "no way leads anywhere" };
  const other = outcomes.find((each) => tellingOf(world, each) !== tellingOf(world, first));
  const unknown = outcomes.find((each) => each.kind === "unknown");
  if (unknown?.kind === "unknown") return describeUnknown(unknown);
  return other ? describeDoubt(outcomes, first, other) : describe(world, first, outcomes);
}

/** What the client can tell apart. */
function tellingOf(world: World, outcome: Outcome): string {
  return outcome.kind === "reject" ? (errnoFor(world, outcome) ?? "silence") : outcome.kind;
}

function errnoFor({ packet }: World, { reject }: Extract<End, { kind: "reject" }>): Errno | undefined {
  return errnoOf(reject, packet.destination.family, packet.protocol);
}

type Said = Omit<Verdict, "assumed" | "trace">;

function describeUnknown({ because, by }: Extract<End, { kind: "unknown" }>): Said {
  const rule = by && refOfDecider(by);
  return { kind: "unknown", because: rule ? `${because}: ${placeOf(rule)}` : because, ...(rule && { rule }) };
}

function describeDoubt(outcomes: readonly Outcome[], first: Outcome, other: Outcome): Said {
  const doubts = [...new Set(outcomes.flatMap(({ state }) => state.doubts))].slice(0, 3);
  const what = doubts.length > 0 ? doubts.map((each) => `\`${each}\``).join(", ") : "the order of chains";
  return { kind: "unknown", because: `${first.kind} or ${other.kind}, which hangs on ${what}` };
}

function describe(world: World, outcome: Outcome, all: readonly Outcome[]): Said {
  switch (outcome.kind) {
    case "accept":
      return describeAccept(world, outcome, all);
    case "unknown":
      return describeUnknown(outcome);
    case "drop":
    case "reject": {
      const rule = refOfDecider(outcome.by);
      const because = describeEnd(outcome, rule);
      const errno = outcome.kind === "reject" ? errnoFor(world, outcome) : undefined;
      return {
        kind: outcome.kind,
        because,
        ...(rule && { rule }),
        ...(outcome.kind === "reject" && { reject: outcome.reject }),
        ...(errno && { errno }),
      };
    }
  }
}

function describeEnd(outcome: Exclude<Outcome, { kind: "accept" }>, rule: RuleRef | undefined): string {
  const by = rule ? placeOf(rule) : kernelText(outcome);
  if (outcome.insteadOf?.kind === "reject") return `what the reject would tell the client is dropped by ${by}`;
  if (outcome.ofAnswer) return `the server's answer is dropped by ${by}`;
  return outcome.kind === "reject" ? `rejected (${outcome.reject}) by ${by}` : `dropped by ${by}`;
}

function kernelText(outcome: Exclude<Outcome, { kind: "accept" }>): string {
  return outcome.by?.kind === "kernel" ? `the kernel: ${outcome.by.text}` : "the kernel";
}

function describeAccept(
  world: World,
  { arrived }: Extract<Outcome, { kind: "accept" }>,
  all: readonly Outcome[],
): Said {
  const by: Decider | undefined = arrived.state.acceptedBy;
  const rule = by && refOfDecider(by);
  const arrives = sameArrival(all);
  const afterwards = describeNext(world, all);
  const to = arrives ? ` to ${formatHostPort(arrives.address, arrives.port)}` : "";
  const because = rule ? `let through${to} by ${placeOf(rule)}` : `let through${to}: no rule is in its way`;
  return {
    kind: "accept",
    because,
    ...(rule && { rule }),
    ...(arrives && { arrives }),
    ...(afterwards && { afterwards }),
  };
}

/** What stops the connection once it is made; `unknown` where only something may. */
function describeNext(world: World, all: readonly Outcome[]): Afterwards | undefined {
  const ways = all.flatMap((outcome) => (outcome.kind === "accept" ? [outcome.next] : []));
  const ends = ways.flatMap((way) => way.ends);
  const [first] = ends;
  if (!first) return undefined;
  const isSure = ways.every(({ arrived }) => arrived.length === 0) && ends.every(({ kind }) => kind === first.kind);
  const said = describe(world, first, []);
  const errno = first.kind === "reject" ? errnoFor(world, first) : undefined;
  const because = `the connection is made, but its next packet is ${said.because}`;
  const kind = isSure ? first.kind : "unknown";
  return { kind, because, ...(said.rule && { rule: said.rule }), ...(errno && { errno }) };
}

function sameArrival(all: readonly Outcome[]): Verdict["arrives"] {
  const each = all.map((outcome) => (outcome.kind === "accept" ? arrivalOf(outcome.arrived) : undefined));
  const [first] = each;
  const isSame = each.every(
    (one) => one && first && one.port === first.port && one.address.text === first.address.text,
  );
  return isSame ? first : undefined;
}

function arrivalOf({ state: { daddr, dport, family }, how }: Arrived): Verdict["arrives"] {
  if (typeof daddr !== "bigint" || typeof dport !== "number") return undefined;
  const length = family === 4 ? 4 : 16;
  const bytes = Uint8Array.from({ length }, (_, index) => Number((daddr >> BigInt(8 * (length - 1 - index))) & 255n));
  return { address: addressFromBytes(bytes), port: dport, forwarded: how === "forwarded" };
}

/** `rule 3 of chain INPUT (iptables filter): -A INPUT -j DROP`. */
export function placeOf({ backend, family, table, chain, position, text }: RuleRef): string {
  const where = backend === "nftables" ? `table ${family} ${table}` : `${toolOf(backend, family)} ${table}`;
  const which = position === undefined ? "the policy" : `rule ${position}`;
  return `${which} of chain ${chain} (${where}): \`${text}\``;
}

function toolOf(backend: RuleRef["backend"], family: RuleRef["family"]): string {
  return family === "ip6" ? backend.replace("iptables", "ip6tables") : backend;
}
