import type { Exit, Os } from "../../core/os.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { Awaited } from "../../reach/wait/poll.ts";
import { openProgress, writeAnswer, writeLines } from "../../report/write.ts";
import type { Invocation } from "../words/parse-args.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";
import { type WaitArgs, parseWaitArgs } from "./wait-args.ts";

const DONE: Exit = { kind: "code", code: 0 };
const NOT_IN_TIME: Exit = { kind: "code", code: 1 };
/** What `reach` may take to say why, once the time is up. */
const DIAGNOSIS_TIMEOUT_MS = 3000;
const REDRAW_MS = 250;

/** `portguard wait`: args → request → polling → report. Throws PortguardError. */
export async function runWait(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./wait-help.ts")).WAIT_HELP)) return DONE;
  const args = parseWaitArgs(invocation);
  const startedAt = performance.now();
  const os = await services.os();
  const results = await waitFor(args, os, services);
  const ok = args.any ? results.some(hasCome) : results.every(hasCome);
  const waited = { ok, waitedMs: performance.now() - startedAt };
  const missed = ok ? undefined : results.find((each) => !hasCome(each))?.what;
  const why = missed && (await explain(missed, args, os, services));
  if (args.json) {
    const { renderWaitJson } = await import("../../report/wait-text.ts");
    const targets = results.map(({ what, afterMs }) => ({
      target: what.target.text,
      ok: afterMs !== undefined,
      ...(afterMs !== undefined && { afterMs }),
    }));
    writeAnswer(renderWaitJson(targets, waited, why));
  }
  return ok ? DONE : NOT_IN_TIME;
}

function hasCome({ afterMs }: Awaited<ReachRequest>): boolean {
  return afterMs !== undefined;
}

/** Polls, with a line on the terminal meanwhile and one for each that has come. */
async function waitFor(
  { requests, timeoutMs, any, free, json, quiet }: WaitArgs,
  os: Os,
  { style }: Services,
): Promise<readonly Awaited<ReachRequest>[]> {
  const [{ poll }, { renderArrival }] = await Promise.all([
    import("../../reach/wait/poll.ts"),
    import("../../report/wait-text.ts"),
  ]);
  const open = new Set(requests);
  using meanwhile = quiet ? undefined : await drawProgress(open, timeoutMs, style().utf8);
  const look = await chooseLook(free, os);
  return poll(requests, {
    timeoutMs,
    any,
    look: (request, lookMs) => look({ ...request, timeoutMs: lookMs }),
    onDone: (request, afterMs) => {
      open.delete(request);
      if (quiet || json) return;
      meanwhile?.clear();
      writeLines([renderArrival(request.target.text, afterMs, free)], style());
    },
  });
}

async function chooseLook(free: boolean, os: Os): Promise<(request: ReachRequest) => Promise<boolean>> {
  if (free) {
    const { isFree } = await import("../../reach/wait/is-free.ts");
    return (request) => isFree(request, os);
  }
  const { isReachable } = await import("../../reach/wait/quick.ts");
  return (request) => isReachable(request, os);
}

/** Nothing where nobody watches. */
async function drawProgress(open: ReadonlySet<ReachRequest>, timeoutMs: number, utf8: boolean) {
  const line = openProgress();
  if (!line) return undefined;
  const { renderWaiting } = await import("../../report/wait-text.ts");
  const startedAt = performance.now();
  const draw = () => {
    const targets = [...open].map(({ target }) => target.text);
    line.show(renderWaiting(targets, { elapsedMs: performance.now() - startedAt, timeoutMs, utf8 }));
  };
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return {
    clear: () => line.clear(),
    [Symbol.dispose]: () => {
      clearInterval(timer);
      line.clear();
    },
  };
}

/** Says on stderr why this one did not come, and answers it for `--json`. */
async function explain(request: ReachRequest, { timeoutMs, free, json }: WaitArgs, os: Os, { style }: Services) {
  const { renderNoAnswer, renderNotFree } = await import("../../report/wait-text.ts");
  const { target } = request;
  if (free) {
    const [{ findHolders }, { findPlace }] = await Promise.all([
      import("../../holders/find-holders.ts"),
      import("../../reach/wait/is-free.ts"),
    ]);
    const isInTheWay = await findPlace(request, os);
    const holders = findHolders(os, target.port, target.protocol).filter(({ at }) => isInTheWay(at));
    if (!json) writeLines(renderNotFree(target, holders, { timeoutMs, now: Date.now() }), style());
    return { holders };
  }
  const { diagnose } = await import("../../reach/reach.ts");
  const diagnosis = await diagnose({ ...request, timeoutMs: Math.min(timeoutMs, DIAGNOSIS_TIMEOUT_MS) }, os);
  if (!json) writeLines(renderNoAnswer(diagnosis, timeoutMs, os.name), style());
  return { findings: diagnosis.findings };
}
