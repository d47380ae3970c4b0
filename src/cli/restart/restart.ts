import { fail } from "../../core/error.ts";
import type { Exit } from "../../core/os.ts";
import type { Reservation } from "../../core/reservation.ts";
import { renderRestart, renderRestartJson } from "../../report/restart-text.ts";
import { styleOfStdout, writeAnswer, writeSpans } from "../../report/write.ts";
import { reasonOf } from "../../core/system-reason.ts";
import { type Asked, askControl } from "../../state/control-channel.ts";
import { findNearest } from "../words/nearest.ts";
import type { Invocation } from "../words/parse-args.ts";
import { openReservations } from "../../state/open-reservations.ts";
import { parseRestartArgs } from "./restart-args.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };
const NOT_READY: Exit = { kind: "code", code: 1 };

/** `portguard restart`: args → request to the running one → its outcome. Throws PortguardError. */
export async function runRestart(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./restart-help.ts")).RESTART_HELP)) return DONE;
  const { name, json, quiet, color } = parseRestartArgs(invocation);
  const files = openReservations(await services.os());
  const found = files.find(name);
  const askedAt = performance.now();
  const outcome = found ? outcomeOf(await ask(found), name) : noSuchReservation(name, files.list());
  const told = { name, ms: Math.round(performance.now() - askedAt), outcome };
  if (json) writeAnswer(renderRestartJson(told));
  else if (!quiet || outcome.kind === "failed") {
    const style = styleOfStdout(color);
    writeSpans(renderRestart(told, style), style);
  }
  return outcome.kind === "restarted" ? DONE : NOT_READY;
}

async function ask({ control, name }: Reservation): Promise<Asked> {
  const hint = "is it of an older version? SIGHUP to its portguard restarts it, too";
  if (control === undefined) fail("NO_ANSWER", `the reservation ${name} takes no requests`, hint);
  return askControl(control, { do: "restart" });
}

function outcomeOf(asked: Asked, name: string) {
  switch (asked.kind) {
    case "restarted":
    case "failed":
      return asked;
    case "refused":
      return { kind: "failed", what: asked.what } as const;
    case "lent":
    case "let-go":
    case "held":
    case "none":
      return { kind: "failed", what: "it answered something else" } as const;
    case "ended":
      return { kind: "failed", what: "the reservation ended meanwhile" } as const;
    case "unreachable":
      return fail(
        "NO_ANSWER",
        `the reservation ${name} does not answer: ${reasonOf(asked.because)}`,
        "SIGHUP to its portguard restarts it, too",
        { cause: asked.because },
      );
  }
}

function noSuchReservation(name: string, running: readonly Reservation[]) {
  const near = findNearest(
    name,
    running.map((each) => each.name),
  );
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return { kind: "failed", what: `no reservation is called ${name}${hint}` } as const;
}
