import { fail } from "../../core/error.ts";
import type { Exit } from "../../core/os.ts";
import type { RuleEntry } from "../../core/rule-journal.ts";
import { type Reverted, revertRule } from "../../firewall/apply.ts";
import { renderJson } from "../../report/json.ts";
import { showEntry, showStep } from "../../report/rule-json.ts";
import { describePorts, describeRequest, renderCommands, renderRuleAnswer, undoSteps } from "../../report/rule-text.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { RevertedRules, RuleArgs } from "./rule-args.ts";
import { endKeeper } from "./rule-keeper.ts";
import { type Machine, entriesOf, openJournal } from "./rule-machine.ts";
import { takeTurn } from "./rule-turn.ts";

type RevertArgs = Extract<RuleArgs, { kind: "revert" }>;

const NO: Exit = { kind: "code", code: 1 };

interface Done {
  readonly entry: RuleEntry;
  readonly reverted: Reverted;
}

/** `rule --revert`: takes rules back by the journal alone, each step only where it is still to be done. */
export async function revertRules(args: RevertArgs, machine: Machine): Promise<Exit> {
  const journal = openJournal(machine.os);
  const entries = choose(args.which, journal);
  if (typeof entries === "string") return tellNone(entries, args, machine);
  if (args.dryRun) return showUndo(entries, args, machine);
  if (!machine.isRoot) fail("NEEDS_ROOT", "only root may change the firewall", "run it with sudo");
  const done: Done[] = [];
  using _turn = await takeTurn(machine.os);
  for (const entry of entries) {
    const reverted = await revertRule(entry, { run: machine.look.run, journal });
    if (reverted.kind === "reverted") endKeeper(entry.id, machine.os);
    done.push({ entry, reverted });
  }
  return tellDone(done, args);
}

/** The rules that are meant, or why there are none. Throws BAD_USAGE where it is not said which of several. */
function choose(which: RevertedRules, journal: ReturnType<typeof openJournal>): readonly RuleEntry[] | string {
  switch (which.kind) {
    case "id": {
      const listed = journal.read(which.id);
      if (!listed) return `there is no rule ${which.id} of ours`;
      return listed.kind === "entry" ? [listed.entry] : `${listed.path} can't be used: ${listed.because}`;
    }
    case "port": {
      const entries = entriesOf(journal.list()).filter(({ request }) => isFor(request, which));
      return entries.length > 0 ? entries : `there is no rule of ours for ${describePorts(which)}`;
    }
    case "only": {
      const entries = entriesOf(journal.list());
      if (entries.length === 0) return "there is no rule of ours";
      if (entries.length === 1) return entries;
      const ids = entries.map(({ id }) => id).slice(0, 8);
      return fail("BAD_USAGE", `there are ${entries.length} rules of ours`, `say which: --revert=${ids.join(", ")}`);
    }
  }
}

function isFor(
  { protocol, ports }: RuleEntry["request"],
  wanted: Pick<RuleEntry["request"], "protocol" | "ports">,
): boolean {
  return protocol === wanted.protocol && ports.first === wanted.ports.first && ports.last === wanted.ports.last;
}

function tellNone(because: string, { json, color }: RevertArgs, { isRoot }: Machine): Exit {
  const hint = isRoot
    ? "`portguard rule --list` shows those that are"
    : "what was applied with sudo is taken back with sudo";
  if (json) writeAnswer(renderJson({ ok: false, state: "not-there", because, hint }));
  else {
    const style = styleOfStdout(color);
    writeSpans([renderRuleAnswer("bad", because, style), [`  ${hint}`]], style);
  }
  return NO;
}

function showUndo(entries: readonly RuleEntry[], { json, color }: RevertArgs, { os, sudo }: Machine): Exit {
  const steps = entries.flatMap(undoSteps);
  if (json) writeAnswer(renderJson({ ok: true, state: "planned", revert: steps.map(showStep) }));
  else writeSpans(renderCommands(steps, { system: os.name, sudo }), styleOfStdout(color));
  return { kind: "code", code: 0 };
}

function tellDone(done: readonly Done[], { json, quiet, color }: RevertArgs): Exit {
  const ok = done.every(({ reverted }) => reverted.kind === "reverted");
  if (json) {
    const rules = done.map(({ entry, reverted }) => ({ ...showEntry(entry), ...showReverted(reverted) }));
    writeAnswer(renderJson({ ok, rules }));
  } else {
    const style = styleOfStdout(color);
    for (const { entry, reverted } of done) {
      const what = describeRequest(entry.request);
      if (reverted.kind === "stuck") {
        const text = `${entry.id} is not taken back whole (${what}): ${reverted.because}`;
        writeSpans([renderRuleAnswer("bad", text, style), ["  what is left is still known: try again"]], style);
      } else if (!quiet) {
        const notes = reverted.notes.map((note) => [`  ${note}`]);
        writeSpans([renderRuleAnswer("good", `taken back: ${entry.id} (${what})`, style), ...notes], style);
      }
    }
  }
  return { kind: "code", code: ok ? 0 : 1 };
}

function showReverted(reverted: Reverted): object {
  switch (reverted.kind) {
    case "reverted":
      return { reverted: true, notes: reverted.notes };
    case "stuck":
      return { reverted: false, because: reverted.because };
  }
}
