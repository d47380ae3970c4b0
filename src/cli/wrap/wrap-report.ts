import { findServer, parseConfig, wordsOf } from "../../install/wrap/config.ts";
import type { WrapPlan } from "../../install/wrap/plan-wrap.ts";
import { renderDiff } from "../../report/diff-text.ts";
import { renderJson } from "../../report/json.ts";
import type { SpanLine } from "../../report/spans.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { ConfigFile } from "../../state/config-file.ts";
import type { WrapArgs } from "./wrap-args.ts";

interface Wrapped {
  readonly args: WrapArgs;
  readonly file: ConfigFile;
  readonly plan: WrapPlan;
  /** Where the text is kept that was there before. */
  readonly backup?: string;
}

/** Tells what was done, or with --dry-run would be. */
export function tellWrapped({ args, file, plan, backup }: Wrapped): void {
  const { dryRun, json, quiet, color } = args;
  const changed = plan.kind === "changed";
  const text = changed ? plan.text : file.text;
  const command = commandOf(text, args);
  if (json) {
    const { file: name, server } = args;
    writeAnswer(renderJson({ ok: true, changed, file: name, path: file.path, server, command, dryRun, backup }));
    return;
  }
  if (quiet && !dryRun) return;
  const style = styleOfStdout(color);
  const diff = dryRun && changed ? renderDiff(args.file, file.text, text) : [];
  const kept = backup === undefined ? [] : [[`  what it was is kept in ${backup}`] as SpanLine];
  const head: SpanLine = [{ text: style.marks.good, tone: "good" }, ` ${describe(args, changed, command)}`];
  writeSpans([...diff, ...(dryRun && changed ? [] : [head, ...kept])], style);
}

function commandOf(text: string, { file, server }: WrapArgs): readonly string[] {
  const found = findServer(parseConfig(text, file), server);
  return found ? wordsOf(found) : [];
}

function describe({ action, server, file }: WrapArgs, changed: boolean, command: readonly string[]): string {
  // Args may have keys and passwords in them: the words that are not ours are left out.
  const dashes = command.indexOf("--");
  const shown = `\`${[...command.slice(0, dashes + 2), ...(command.length > dashes + 2 ? ["…"] : [])].join(" ")}\``;
  switch (action.kind) {
    case "wrap":
      return changed
        ? `${server} of ${file} is started as ${shown} from now on`
        : `${server} of ${file} is wrapped already: ${shown}`;
    case "undo":
      return changed ? `${server} of ${file} is started as before: ${shown}` : `${server} of ${file} is not wrapped`;
  }
}
