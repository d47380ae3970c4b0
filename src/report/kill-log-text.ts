import type { KillReason, KillRecord } from "../core/kill-record.ts";
import type { OsName } from "../core/os.ts";
import { joinFew } from "../core/port-held-error.ts";
import { describeEvidence } from "./finding-text.ts";
import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";
import { nameProcess } from "./who-text.ts";
import { shortTime } from "./rule-text.ts";
import { formatCommand } from "./shell-words.ts";
import type { SpanLine } from "./spans.ts";

const REASONS: Readonly<Record<KillReason, string>> = {
  free: "portguard free",
  clean: "portguard clean",
  schedule: "the schedule of portguard clean",
  reserve: "portguard reserve --if-held",
};

/** The newest last, as a log is read. */
export function renderKillLog(records: readonly KillRecord[], system: OsName): readonly SpanLine[] {
  if (records.length === 0) return [["nothing was ever ended"]];
  return records.flatMap((record) => renderRecord(record, system)).map((line) => [line]);
}

function renderRecord(record: KillRecord, system: OsName): string[] {
  const { at, by, outcome, ports, because, evidence } = record;
  const how = system === "windows" ? "ended" : outcome === "ended" ? "ended by SIGTERM" : "killed by SIGKILL";
  const again = againOf(record, system);
  return [
    `${shortTime(at)}  ${nameProcess(record)} on ${joinFew(ports)}, ${how}, by ${REASONS[by]}`,
    `  it was ${because}`,
    ...evidence.map((each) => `  seen: ${describeEvidence(each)}`),
    ...(again === undefined ? [] : [`  again: ${again}`]),
  ];
}

/** What would start it again, as one would type it; its environment is not known. */
function againOf({ command, cwd }: KillRecord, system: OsName): string | undefined {
  // What portguard starts of itself nobody types: it is started by whoever asks for it again.
  if (command.length === 0 || command[1]?.startsWith("__")) return undefined;
  const line = formatCommand(command, system);
  return cwd === undefined ? line : `${formatCommand(["cd", cwd], system)} && ${line}`;
}

/** Every field of what `clean --log --json` writes. */
export const KILLS_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "true"],
  ["kills[].version", "1"],
  ["kills[].at", "ISO 8601, UTC"],
  ["kills[].by", "free, clean, schedule or reserve"],
  ["kills[].pid", "a number"],
  ["kills[].name?", "a text"],
  ["kills[].user?", "a text"],
  ["kills[].command[]", "its words"],
  ["kills[].cwd?", "its folder"],
  ["kills[].ports[]", "tcp 127.0.0.1:8000"],
  ["kills[].role", "holder, worker, watcher or reservation"],
  ["kills[].grade", "as `who` tells it"],
  ["kills[].because", "one line that completes: it was …"],
  ["kills[].evidence[]", "what was seen, and where", "evidence"],
  ["kills[].outcome", "ended or killed"],
  ["kills[].again?", "the command line that starts it again"],
];

export function renderKillLogJson(records: readonly KillRecord[], system: OsName): string {
  return renderJson({ ok: true, kills: records.map((record) => ({ ...record, again: againOf(record, system) })) });
}
