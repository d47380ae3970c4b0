import type { Diagnosis } from "../core/diagnosis.ts";
import { formatDuration } from "../core/duration.ts";
import type { OsName } from "../core/os.ts";
import { joinFew, summarizeHolders } from "../core/port-held-error.ts";
import type { Holder } from "../core/reserve-event.ts";
import type { Target } from "../core/target.ts";
import { formatMs } from "./attempt-text.ts";
import { clipColumns } from "./columns.ts";
import { describeEvidence, describeRemedy, describeTitle } from "./finding-text.ts";
import { renderHolders } from "./holders-text.ts";
import { renderJson } from "./json.ts";
import { describeVerdict, findRoot } from "./reach-verdict.ts";
import { sanitize } from "./sanitize.ts";
import { formatCommand } from "./shell-words.ts";
import type { Line } from "./write.ts";

const MORE_TIME = "give it more time with --timeout";

/** What became of one target. */
export interface WaitedFor {
  /** As it was given. */
  readonly target: string;
  readonly ok: boolean;
  /** How long it took, in milliseconds. */
  readonly afterMs?: number;
}

/** `8000 answers, after 1.2 s`. */
export function renderArrival(target: string, afterMs: number, free: boolean): Line {
  return { tone: "good", text: `${target} ${free ? "is free" : "answers"}, after ${formatMs(afterMs)}` };
}

/** The line that a terminal shows meanwhile, in one row of it: `portguard: waiting for 8000, 3 s of 30s`. */
export function renderWaiting(
  targets: readonly string[],
  { elapsedMs, timeoutMs, utf8 }: { readonly elapsedMs: number; readonly timeoutMs: number; readonly utf8: boolean },
): string {
  const time = `, ${Math.floor(elapsedMs / 1000)} s of ${formatDuration(timeoutMs)}`;
  const what = sanitize(`portguard: waiting for ${joinFew(targets)}`);
  return clipColumns(what, 79 - time.length, utf8) + time;
}

/** Why it did not answer in time: the first cause that `reach` finds, and its mend. */
export function renderNoAnswer(diagnosis: Diagnosis, timeoutMs: number, system: OsName): readonly Line[] {
  const { target, verdict } = diagnosis;
  const root = findRoot(diagnosis);
  const [evidence] = root?.evidence ?? [];
  const [remedy] = root?.remedies ?? [];
  const tellsMore = `\`${formatCommand(["portguard", "reach", target.text], system)}\` tells more`;
  const late = `${target.text} did not answer within ${formatDuration(timeoutMs)}`;
  if (verdict === "reachable") return tellReached(late, diagnosis, hint(tellsMore));
  if (!root) return [bad(late), plain(describeVerdict(diagnosis)), hint(tellsMore)];
  return [
    bad(`${late}: ${describeTitle(root)}`),
    ...(evidence ? [plain(`  ${describeEvidence(evidence)}`)] : []),
    hint(remedy ? describeRemedy(remedy, system) : tellsMore),
  ];
}

/** What `reach` calls reachable may still be less than what was waited for. */
function tellReached(late: string, { attempts, findings, target }: Diagnosis, tellsMore: Line): readonly Line[] {
  const error = findings.find(({ code }) => code === "SERVER_ERROR");
  if (error) return [bad(`${late} with a status under 500: ${describeTitle(error)}`), tellsMore];
  const isHeard = target.protocol === "tcp" || attempts.some(({ outcome }) => outcome.kind === "answered");
  if (!isHeard) return [bad(`${late}: it took the datagram and says nothing`), tellsMore];
  return [bad(`${late}; now it does`), hint(MORE_TIME)];
}

/** Who still has it; it may have been let go since the last look. `now` is milliseconds since the epoch. */
export function renderNotFree(
  target: Target,
  holders: readonly Holder[],
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: number },
): readonly Line[] {
  const late = `${target.text} was not free within ${formatDuration(timeoutMs)}`;
  if (holders.length === 0) return [bad(`${late}; now it is`), hint(MORE_TIME)];
  return [
    bad(`${late}: it is held ${summarizeHolders(holders)}`),
    ...renderHolders(holders, now).map(plain),
    hint(describeStop(target, holders)),
  ];
}

/** `free` stops whoever has the port, on any address: where one address is meant, that may be too much. */
function describeStop({ host, port, protocol }: Target, holders: readonly Holder[]): string {
  if (holders.every(({ closing }) => closing)) return MORE_TIME;
  const place = protocol === "udp" ? `${port}/udp` : String(port);
  const stop = host.kind === "this-machine" ? `stop it: \`portguard free ${place}\`` : "stop it";
  return `${stop}, or ${MORE_TIME}`;
}

/** `{ schema, ok, targets, waitedMs }`, and why where it was not in time. */
export function renderWaitJson(
  targets: readonly WaitedFor[],
  result: { readonly ok: boolean; readonly waitedMs: number },
  why: { readonly findings?: Diagnosis["findings"]; readonly holders?: readonly Holder[] } = {},
): string {
  return renderJson({
    ok: result.ok,
    waitedMs: roundMs(result.waitedMs),
    targets: targets.map(({ afterMs, ...rest }) => ({
      ...rest,
      ...(afterMs !== undefined && { afterMs: roundMs(afterMs) }),
    })),
    ...why,
  });
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function bad(text: string): Line {
  return { tone: "bad", text };
}

function plain(text: string): Line {
  return { tone: "plain", text };
}

function hint(text: string): Line {
  return { tone: "hint", text };
}
