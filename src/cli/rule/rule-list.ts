import type { Exit } from "../../core/os.ts";
import type { RuleEntry } from "../../core/rule-journal.ts";
import { answer } from "../../firewall/check.ts";
import type { RunCommand } from "../../firewall/run-command.ts";
import { renderRuleListJson } from "../../report/rule-json.ts";
import { type ListedEntry, renderLeftovers, renderRuleList } from "../../report/rule-text.ts";
import type { Style } from "../../report/style.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import type { RuleArgs } from "./rule-args.ts";
import { type Machine, entriesOf, isOver, openJournal } from "./rule-machine.ts";

type ListArgs = Extract<RuleArgs, { kind: "list" }>;

/** `rule --list`: what the journal has, and whether it is still in its place. Changes nothing. */
export async function listRules({ json, color }: ListArgs, machine: Machine, stderr: Style): Promise<Exit> {
  const listed = openJournal(machine.os).list();
  const { run } = machine.look;
  const entries = await Promise.all(
    entriesOf(listed).map(async (entry): Promise<ListedEntry> => ({ entry, standing: await standingOf(entry, run) })),
  );
  const unreadable = listed.flatMap((each) => (each.kind === "unreadable" ? [each] : []));
  if (json) writeAnswer(renderRuleListJson(entries, unreadable));
  else {
    const typed = { system: machine.os.name, sudo: machine.sudo };
    const lines = [...renderRuleList(entries), ...renderLeftovers(entries, typed)];
    if (entries.length > 0) writeSpans(lines, styleOfStdout(color));
    const [none, sudo] = ["no rule of ours is in place", "; `sudo portguard rule --list` shows root's"];
    if (entries.length === 0) writeSpans([[machine.isRoot ? none : none + sudo]], styleOfStdout(color));
    const warn = ({ path, because }: (typeof unreadable)[number]) => `${path} is no rule that can be used: ${because}`;
    writeLines(
      unreadable.map((each) => ({ tone: "warn", text: warn(each) })),
      stderr,
    );
  }
  return { kind: "code", code: 0 };
}

/** Asked of the system; a step that can't be asked counts for nothing. */
async function standingOf(entry: RuleEntry, run: RunCommand): Promise<ListedEntry["standing"]> {
  if (isOver(entry)) return "over";
  if (entry.state !== "applied") return "unfinished";
  const checks = entry.steps.flatMap(({ state, step }) => (state === "done" && step.unless ? [step.unless] : []));
  const answers = await Promise.all(checks.map((check) => answer(check, run)));
  if (answers.includes("no")) return "gone";
  return answers.some((each) => typeof each === "object") ? "not known" : "in place";
}
