import { findServer, parseConfig, type Server, wordsOf } from "../../install/wrap/config.ts";
import type { WrapPlan } from "../../install/wrap/plan-wrap.ts";
import { renderDiff } from "../../report/diff-text.ts";
import { renderJson } from "../../report/json.ts";
import type { SpanLine } from "../../report/spans.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import type { ConfigFile } from "../../state/config-file.ts";
import type { WrapArgs } from "./wrap-args.ts";

interface Wrapped {
  readonly args: WrapArgs;
  readonly server: Server;
  readonly file: ConfigFile;
  readonly plan: WrapPlan;
  /** Where the text is kept that was there before. */
  readonly backup?: string;
}

/** Tells what was done, or with --dry-run would be. */
export function tellWrapped({ args, server, file, plan, backup }: Wrapped): void {
  const { dryRun, json, quiet, color } = args;
  const changed = plan.kind === "changed";
  const text = changed ? plan.text : file.text;
  const command = commandOf(text, args.file, server);
  if (json) {
    const { name, project } = server;
    writeAnswer(
      renderJson({
        ok: true,
        changed,
        file: args.file,
        path: file.path,
        server: name,
        project,
        command,
        dryRun,
        backup,
      }),
    );
    return;
  }
  if (quiet && !dryRun) return;
  const style = styleOfStdout(color);
  const diff = dryRun && changed ? renderDiff(args.file, file.text, text) : [];
  const kept = backup === undefined ? [] : [[`  what it was is kept in ${backup}`] as SpanLine];
  const head: SpanLine = [{ text: style.marks.good, tone: "good" }, ` ${describe(args, server, changed, command)}`];
  writeSpans([...diff, ...(dryRun && changed ? [] : [head, ...kept])], style);
}

function commandOf(text: string, file: string, { name, project }: Server): readonly string[] {
  const found = findServer(parseConfig(text, file), name, project);
  return found ? wordsOf(found) : [];
}

function describe({ action, file }: WrapArgs, server: Server, changed: boolean, command: readonly string[]): string {
  // Args may have keys and passwords in them: the words that are not ours are left out.
  const dashes = command.indexOf("--");
  const shown = `\`${[...command.slice(0, dashes + 2), ...(command.length > dashes + 2 ? ["…"] : [])].join(" ")}\``;
  const what = `${server.name} of ${file}${server.project === undefined ? "" : `, for ${server.project},`}`;
  switch (action.kind) {
    case "wrap":
      return changed ? `${what} is started as ${shown} from now on` : `${what} is wrapped already: ${shown}`;
    case "undo":
      return changed ? `${what} is started as before: ${shown}` : `${what} is not wrapped`;
  }
}
