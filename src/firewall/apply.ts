import type { EntryStep, RuleEntry, RuleJournal } from "../core/rule-journal.ts";
import { RULE_ENTRY_VERSION } from "../core/rule-journal.ts";
import type { RuleRequest } from "../core/rule-request.ts";
import type { Step } from "../core/step.ts";
import { answer, findHandles } from "./check.ts";
import { type Carried, carryOut } from "./carry-out.ts";
import type { RunCommand } from "./run-command.ts";
import type { RulePlan } from "./write/plan.ts";

export interface ApplyTools {
  readonly run: RunCommand;
  readonly journal: RuleJournal;
}

export interface ApplyOptions {
  /** Whether it is to be there after a restart, too. */
  readonly persist: boolean;
  /** What the journal has of this very rule. */
  readonly existing?: RuleEntry;
  readonly now: Date;
}

export type Applied =
  | { readonly kind: "applied"; readonly entry: RuleEntry; readonly changed: boolean }
  /** A step failed, and what had been done was taken back. */
  | { readonly kind: "failed"; readonly step: Step; readonly because: string }
  /** A step failed, and so did taking back: `entry` says what is left, and can be taken back later. */
  | { readonly kind: "stuck"; readonly step: Step; readonly because: string; readonly entry: RuleEntry };

/**
 * Carries a plan out, step by step. The journal is written before each step, so that whatever happens, it knows what may
 * have been done; what was so before us is left out, and stays when the rule is taken back.
 */
export async function applyRule(
  request: RuleRequest,
  plan: RulePlan,
  tools: ApplyTools,
  options: ApplyOptions,
): Promise<Applied> {
  const draft = new EntryDraft(draftEntry(request, plan, options), tools.journal);
  let changed = false;
  // What stood before this call is not taken back because this call failed.
  const giveUp = (step: Step, because: string): Applied | Promise<Applied> =>
    changed || options.existing?.state === "applying"
      ? rollBack(step, because, draft, tools)
      : { kind: "failed", step, because };
  const earlier = draft.entry.steps.length - plannedCount(plan, options);
  for (const [index, { step, state }] of draft.entry.steps.entries()) {
    if (index < earlier) continue;
    const begun = await begin(step, state, tools.run);
    if (typeof begun === "object") return giveUp(step, begun.because);
    if (begun === "skip") {
      if (state === "waiting") draft.mark(index, { state: "present" });
      if (state === "doing") draft.mark(index, { state: "done" });
      continue;
    }
    draft.write(index, { state: "doing" });
    changed = true;
    const done = await carryOut(step, tools.run);
    if (done.kind === "failed") return giveUp(step, done.because);
    draft.mark(index, { state: "done", ...keptBy(done) });
  }
  // Where all of it was so before us, there is nothing that could be taken back.
  if (changed || (options.existing && options.existing.state !== "applied")) draft.finish();
  return { kind: "applied", entry: draft.entry, changed };
}

function keptBy({ kept }: Extract<Carried, { kind: "done" }>): Pick<EntryStep, "kept"> {
  return kept === undefined ? {} : { kept };
}

/** Whether a step is still to be done. One that can't be asked was done if the journal says so. */
async function begin(
  { unless, when }: Step,
  state: EntryStep["state"],
  run: RunCommand,
): Promise<"do" | "skip" | { because: string }> {
  if (!unless && state === "done") return "skip";
  const isThere = unless ? await answer(unless, run) : "no";
  if (typeof isThere === "object") return { because: isThere.unknown };
  if (isThere === "yes") return "skip";
  const isWanted = when ? await answer(when, run) : "yes";
  if (typeof isWanted === "object") return { because: isWanted.unknown };
  return isWanted === "yes" ? "do" : "skip";
}

function plannedCount(plan: RulePlan, { persist }: ApplyOptions): number {
  return plan.apply.length + (persist ? plan.persist.length : 0);
}

/** What an earlier plan of this rule did, and this one would not, stands in front: it is only taken back. */
function draftEntry(request: RuleRequest, plan: RulePlan, { persist, existing, now }: ApplyOptions): RuleEntry {
  const parts = [
    ...plan.apply.map((step) => ({ part: "apply" as const, step })),
    ...(persist ? plan.persist : []).map((step) => ({ part: "persist" as const, step })),
  ];
  const earlier = (existing?.steps ?? []).filter((known) => !parts.some(({ part, step }) => isSame(known, step, part)));
  const { forMs } = request;
  return {
    version: RULE_ENTRY_VERSION,
    id: request.id,
    backend: plan.backend,
    request,
    createdAt: existing?.createdAt ?? now.toISOString(),
    ...(forMs !== undefined && { until: existing?.until ?? new Date(now.getTime() + forMs).toISOString() }),
    state: existing?.state ?? "applying",
    steps: [
      ...earlier,
      ...parts.map(({ part, step }) => existingStep(existing, step, part) ?? { part, step, state: "waiting" as const }),
    ],
  };
}

function isSame(known: EntryStep, step: Step, part: EntryStep["part"]): boolean {
  return known.part === part && Bun.deepEquals(known.step.argv, step.argv);
}

/** What the journal knows of the same step; one that was taken back begins anew. */
function existingStep(existing: RuleEntry | undefined, step: Step, part: EntryStep["part"]): EntryStep | undefined {
  const known = existing?.steps.find((each) => isSame(each, step, part));
  return known?.state === "undone" ? { part, step, state: "waiting" } : known;
}

async function rollBack(step: Step, because: string, draft: EntryDraft, tools: ApplyTools): Promise<Applied> {
  const reverted = await revertRule(draft.entry, tools);
  return reverted.kind === "reverted"
    ? { kind: "failed", step, because }
    : {
        kind: "stuck",
        step,
        because: `${because}; and taking back failed: ${reverted.because}`,
        entry: reverted.entry,
      };
}

export type Reverted =
  | { readonly kind: "reverted"; readonly notes: readonly string[] }
  /** Some step could not be taken back; the journal keeps the rest. */
  | { readonly kind: "stuck"; readonly because: string; readonly entry: RuleEntry };

/**
 * Takes a rule back by its journal alone: the last step first, then what was kept over a restart. Each step looks first
 * whether there is anything to take back, so that it may be stopped anywhere and begun again.
 */
export async function revertRule(entry: RuleEntry, { run, journal }: ApplyTools): Promise<Reverted> {
  const draft = new EntryDraft({ ...entry, state: "reverting" }, journal);
  const indexes = [...draft.entry.steps.keys()];
  const inOrder = [
    ...indexes.filter((index) => draft.entry.steps[index]!.part === "apply").toReversed(),
    ...indexes.filter((index) => draft.entry.steps[index]!.part === "persist"),
  ];
  const notes: string[] = [];
  let found = false;
  for (const index of inOrder) {
    const { step, state, kept } = draft.entry.steps[index]!;
    if (state !== "doing" && state !== "done") continue;
    for (const undo of step.undo) {
      const undone = await takeBack(undo, kept, run);
      found ||= undone.kind !== "absent";
      if (undone.kind === "failed") {
        draft.write(index, {});
        return { kind: "stuck", because: undone.because, entry: draft.entry };
      }
      if (undone.kind === "lost") notes.push(undone.note);
    }
    draft.write(index, { state: "undone" });
    notes.push(...(await noteTwin(step, run)));
  }
  journal.remove(entry.id);
  if (!found) notes.push("nothing of it was there any more");
  return { kind: "reverted", notes };
}

/** Ours is gone, and an equal one is there: whoever copied it has to say whether it may go. */
async function noteTwin({ unless, undo, what }: Step, run: RunCommand): Promise<readonly string[]> {
  if (!unless || undo.length === 0 || (await answer(unless, run)) !== "yes") return [];
  return [`somebody else has put an equal one there, which stays: ${what}`];
}

type TakenBack =
  | { kind: "done" }
  | { kind: "absent" }
  | { kind: "failed"; because: string }
  | { kind: "lost"; note: string };

async function takeBack(undo: Step, kept: string | undefined, run: RunCommand): Promise<TakenBack> {
  const begun = await begin(undo, "waiting", run);
  if (begun === "skip" || (await isNone(undo, run))) return { kind: "absent" };
  if (begun !== "do") return { kind: "failed", because: begun.because };
  const done = await carryOut(undo, run, kept);
  if (done.kind === "done") return done;
  if (done.kind === "lost") return { kind: "lost", note: `could not ${undo.what}: it was never told` };
  // Somebody else may have taken it back between the question and the command.
  return undo.when && (await begin(undo, "waiting", run)) === "skip" ? { kind: "done" } : done;
}

/** Whether a step that is about rules has none to be about. */
async function isNone({ each }: Step, run: RunCommand): Promise<boolean> {
  const handles = each && (await findHandles(each, run));
  return Array.isArray(handles) && handles.length === 0;
}

/** An entry while it changes; what is marked goes to the disk with the next write, which comes before the next change. */
class EntryDraft {
  constructor(
    public entry: RuleEntry,
    private readonly journal: RuleJournal,
  ) {}

  mark(index: number, change: Partial<EntryStep>): void {
    const steps = this.entry.steps.map((each, at) => (at === index ? { ...each, ...change } : each));
    this.entry = { ...this.entry, steps };
  }

  write(index: number, change: Partial<EntryStep>): void {
    this.mark(index, change);
    this.journal.write(this.entry);
  }

  finish(): void {
    this.entry = { ...this.entry, state: "applied" };
    this.journal.write(this.entry);
  }
}
