import { existsSync, readlinkSync } from "node:fs";
import type { Exit, Os } from "../../core/os.ts";
import type { RuleEntry } from "../../core/rule-journal.ts";
import { type Applied, applyRule, revertRule } from "../../firewall/apply.ts";
import { planExpiry } from "../../firewall/expiry.ts";
import { readClients } from "../../firewall/gather-clients.ts";
import { standingWith, tell } from "../../firewall/judge-plan.ts";
import { findSameRule } from "../../firewall/same-rule.ts";
import type { RulePlan } from "../../firewall/write/plan.ts";
import { askYes } from "../../report/ask.ts";
import { renderJson } from "../../report/json.ts";
import { renderOfferJson, showStep } from "../../report/rule-json.ts";
import { HALF, describeRequest, renderOffer, renderRuleAnswer, shortTime, undoSteps } from "../../report/rule-text.ts";
import type { SpanLine } from "../../report/spans.ts";
import type { Style } from "../../report/style.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { RuleArgs } from "./rule-args.ts";
import { type Probe, probeRule, readOwnWaysOf } from "./rule-probe.ts";
import { startKeeper } from "./rule-keeper.ts";
import { takeTurn } from "./rule-turn.ts";
import { type Machine, entriesOf, isOver, openJournal } from "./rule-machine.ts";
import type { Answer } from "./rule-offer.ts";

type Offered = Extract<Answer, { kind: "offered" }>;
type Shared = Pick<RuleArgs, "yes" | "json" | "quiet" | "color">;

/** What became of applying: one line, and what to do about it. */
export interface Outcome {
  readonly kind: "applied" | "unchanged" | "refused" | "failed";
  readonly text: string;
  readonly hints: readonly string[];
  /** Another portguard applied the same rule meanwhile: this one is in its place. */
  readonly rival?: RuleEntry;
  /** Of what was applied: what a real connection showed of it. */
  readonly probe?: Probe;
}

/** Does what was offered: asks, writes down, applies, and looks whether it helped. */
export async function applyOffer(offered: Offered, args: Shared, machine: Machine): Promise<Exit> {
  const { offer } = offered;
  const typed = { system: machine.os.name, sudo: machine.sudo };
  if (!args.yes) {
    writeSpans(renderOffer(offer, typed), styleOfStdout(args.color));
    if (!askYes(`${describeRequest(offer.request)}, by ${offer.rule.backend}?`)) {
      return tellOutcome({ kind: "refused", text: "nothing was changed", hints: [] }, offered, args);
    }
  }
  return tellOutcome(await carryOutOffer(offered, machine), offered, args);
}

/** Writes down, applies, and looks by the rules and by a real connection whether it helped; what did not is taken back. */
export async function carryOutOffer({ offer, plan, existing }: Offered, machine: Machine): Promise<Outcome> {
  const { request } = offer;
  const { os, look } = machine;
  const journal = openJournal(os);
  using _turn = await takeTurn(os);
  await sweep(entriesOf(journal.list()), machine);
  const rival = existing ? undefined : findSameRule(entriesOf(journal.list()), request, plan.backend);
  if (rival?.state === "applied") {
    return { ...describeApplied({ kind: "applied", entry: rival, changed: false }, offer, machine), rival };
  }
  const now = new Date();
  const before = await readOwnWaysOf(request, machine);
  const options = { persist: request.forMs === undefined, now, ...(existing && { existing }) };
  const applied = await applyRule(
    request,
    withExpiry(plan, offer, machine, existing),
    { run: look.run, journal },
    options,
  );
  if (applied.kind !== "applied" || !applied.changed) return describeApplied(applied, offer, machine);
  const still = offer.lack === undefined ? await findFault(offer, machine) : undefined;
  if (still === undefined) {
    const probe = await probeRule(request, before, machine);
    const done = describeApplied(applied, offer, machine);
    return { ...done, hints: [sayProbe(probe, offer), ...sayHalf(offer), ...done.hints], probe };
  }
  const reverted = await revertRule(applied.entry, { run: look.run, journal });
  const after = reverted.kind === "reverted" ? "it was taken back" : `taking back failed: ${reverted.because}`;
  return { kind: "failed", text: `it was put in its place, and did not help, ${still}; ${after}`, hints: [] };
}

/** What should be over by now is taken back first: a machine that was off at its time has nobody else who would. */
async function sweep(entries: readonly RuleEntry[], { os, look }: Machine): Promise<void> {
  const journal = openJournal(os);
  for (const entry of entries) if (isOver(entry)) await revertRule(entry, { run: look.run, journal });
}

/** Sees to it that the rule ends in time, before it begins. */
function withExpiry(
  plan: RulePlan,
  { request }: Offered["offer"],
  { os, look }: Machine,
  existing: RuleEntry | undefined,
): RulePlan {
  const own = { program: process.execPath, environment: ownEnvironment() };
  const expiry = planExpiry(request, plan, own, hasSystemd(os, look.hasProgram));
  switch (expiry.kind) {
    case "never":
    case "native":
      return plan;
    case "timer":
      return expiry.plan;
    case "process": {
      const left = existing?.until === undefined ? expiry.afterMs : Date.parse(existing.until) - Date.now();
      startKeeper(expiry.id, Math.max(0, left), os);
      return expiry.plan;
    }
  }
}

/** By these the journal is found again. */
function ownEnvironment(): Record<string, string> {
  const names = ["XDG_STATE_HOME", "HOME"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Whether systemd runs this machine, and its timers the network that we are in (a namespace of our own has none). */
function hasSystemd({ name }: Os, hasProgram: (name: string) => boolean): boolean {
  if (name !== "linux" || !existsSync("/run/systemd/system") || !hasProgram("systemd-run")) return false;
  try {
    return readlinkSync("/proc/self/ns/net") === readlinkSync("/proc/1/ns/net");
  } catch {
    return false;
  }
}

/** Reads the rules again; nothing where all is as it was asked for, or can't be told. */
async function findFault(
  { request }: Offered["offer"],
  { os, interfaces, look }: Machine,
): Promise<string | undefined> {
  const clients = await readClients(request, os.name, interfaces, look);
  const standing = clients.kind === "seen" ? standingWith([], clients.value, request.action) : undefined;
  return standing?.kind === "not" ? tell(standing) : undefined;
}

function describeApplied(applied: Applied, { request, rule }: Offered["offer"], { sudo, os }: Machine): Outcome {
  const revert = (id: string) => `\`${sudo ? "sudo " : ""}portguard rule --revert ${id}\``;
  const what = `${describeRequest(request)}, by ${rule.backend}`;
  switch (applied.kind) {
    case "applied": {
      const { entry, changed } = applied;
      const ends = entry.until === undefined ? "" : `, or else it ends at ${shortTime(entry.until)}`;
      const back = `${revert(entry.id)} takes it back${ends}`;
      if (changed) return { kind: "applied", text: `applied: ${what}`, hints: [back, ...rule.notes] };
      const isOurs = entry.steps.some(({ state }) => state === "done");
      return { kind: "unchanged", text: `in place already: ${what}`, hints: isOurs ? [back] : [] };
    }
    case "failed":
      return {
        kind: "failed",
        text: `could not ${applied.step.what}: ${applied.because}`,
        hints: ["what was done before it has been taken back", ...(os.name === "windows" ? [AS_ADMINISTRATOR] : [])],
      };
    case "stuck": {
      const hints = [`${revert(applied.entry.id)} takes back what is left`];
      return { kind: "failed", text: `could not ${applied.step.what}: ${applied.because}`, hints };
    }
  }
}

/** Whether we are one is not asked: Windows says so itself, in its user's language. */
const AS_ADMINISTRATOR = "only an administrator may change the firewall: open the terminal as one";

function tellOutcome(outcome: Outcome, { offer }: Offered, { json, quiet, color }: Shared): Exit {
  const ok = outcome.kind === "applied" || outcome.kind === "unchanged";
  // By the rules it helps, and a real connection is stopped even so: then one of them is not what it seems.
  const isOpen = outcome.probe?.stopped === true && offer.lack?.kind !== "half";
  const exit: Exit = { kind: "code", code: isOpen ? 3 : ok ? 0 : 1 };
  if (json) {
    const { id } = offer.request;
    writeAnswer(
      ok
        ? renderOfferJson("applied", offer, {
            changed: outcome.kind === "applied",
            ...showRival(outcome),
            ...showProbe(outcome),
          })
        : renderJson({ ok, state: "failed", id, because: outcome.text, revert: offer.rule.revert.map(showStep) }),
    );
    return exit;
  }
  if (quiet && ok && !isOpen) return exit;
  writeSpans(renderOutcome(outcome, styleOfStdout(color)), styleOfStdout(color));
  return exit;
}

export function renderOutcome({ kind, text, hints }: Outcome, style: Style): readonly SpanLine[] {
  const ok = kind === "applied" || kind === "unchanged";
  return [renderRuleAnswer(ok ? "good" : "bad", text, style), ...hints.map((hint) => [`  ${hint}`])];
}

/** What is known by the rules, and what by a connection: neither stands for the other. */
function sayProbe({ kind, what }: Probe, { lack, request: { action } }: Offered["offer"]): string {
  const byRules = action === "open" ? "by the rules it gets in" : "by the rules it is kept out";
  const known = { none: byRules, half: HALF, unknown: "whether it helps is not certain" }[lack?.kind ?? "none"];
  return kind === "passed" ? what : `${known}; ${what}`;
}

/** What is still to be done, where it was only one step of several. */
function sayHalf({ lack }: Offered["offer"]): readonly string[] {
  return lack?.kind === "half" ? [lack.because, ...lack.instead] : [];
}

/** By its own name, and what takes it back. */
function showRival({ rival }: Outcome): object {
  return rival === undefined ? {} : { rule: rival.request, revert: undoSteps(rival).map(showStep) };
}

export function showProbe({ probe }: Outcome): object {
  return probe === undefined ? {} : { probe: { kind: probe.kind, what: probe.what } };
}
