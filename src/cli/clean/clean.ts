import { PortguardError } from "../../core/error.ts";
import type { KillRecord } from "../../core/kill-record.ts";
import type { Exit, Os } from "../../core/os.ts";
import { renderKillLog, renderKillLogJson } from "../../report/kill-log-text.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { KillLog } from "../../state/kill-log.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { type CleanArgs, parseCleanArgs } from "./clean-args.ts";
import type { Invocation } from "../words/parse-args.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };

/** `portguard clean`: args → every listener → orphans → stopped → report. Throws PortguardError. */
export async function runClean(invocation: Invocation, services: Services): Promise<Exit> {
  const loadHelp = async () => (await import("./clean-help.ts")).helpOfClean(invocation.words);
  if (await showHelp(invocation.words, loadHelp)) return DONE;
  const args = parseCleanArgs(invocation);
  const os = await services.os();
  switch (args.kind) {
    case "sweep":
      return (await import("./clean-sweep.ts")).sweep(args, os, services.style());
    case "schedule":
      return (await import("./clean-schedule.ts")).runSchedule(args, os);
    case "log":
      return showLog(args, os, services);
  }
}

function showLog({ json, color }: CleanArgs, os: Os, services: Services): Exit {
  const { records, doubt } = readLog(os);
  if (json) writeAnswer(renderKillLogJson(records, os.name));
  else if (records.length > 0 || doubt === undefined) writeSpans(renderKillLog(records, os.name), styleOfStdout(color));
  if (doubt !== undefined) writeLines([{ tone: "warn", text: doubt }], services.style());
  return DONE;
}

/** What is written down, and what of it can't be read. */
function readLog(os: Os): { readonly records: readonly KillRecord[]; readonly doubt?: string } {
  try {
    const log = new KillLog(stateFolder(os.name, process.env));
    const { records, unreadable } = log.read();
    if (unreadable === 0) return { records };
    const doubt =
      typeof unreadable === "string"
        ? `${log.path} can't be trusted: ${unreadable}`
        : `${unreadable} lines of ${log.path} are not understood`;
    return { records, doubt };
  } catch (error) {
    if (!(error instanceof PortguardError) || error.code !== "NO_STATE_FOLDER") throw error;
    return { records: [], doubt: `no log can be read: ${error.what}` };
  }
}
