import { formatDuration } from "../core/duration.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import type { Exit } from "../core/os.ts";
import type { ReserveEvent, RestartCause } from "../core/reserve-event.ts";
import type { Line } from "./write.ts";

type SuccessionEvent = Extract<
  ReserveEvent,
  {
    kind:
      | "restarting"
      | "restart-failed"
      | "not-beside"
      | "crashed"
      | "gave-up"
      | "retired"
      | "queue-expired"
      | "listener-repaired";
  }
>;

/** What is told of generations that follow each other, line by line. */
export function renderSuccession(event: SuccessionEvent): readonly Line[] {
  switch (event.kind) {
    case "restarting": {
      const how = event.mode === "rolling" ? "the old one serves until it is ready" : "the old one is stopped first";
      const meanwhile = event.mayRefuse ? ", and clients may be refused meanwhile" : "";
      return [plain(`starting generation ${event.generation} (${renderCause(event.because)}): ${how}${meanwhile}`)];
    }
    case "restart-failed": {
      const serving = event.serving === undefined ? "" : `: generation ${event.serving} goes on serving`;
      return [bad(`restart failed: ${event.what}${serving}`), hint(event.hint)];
    }
    case "not-beside":
      return [bad(`generation ${event.generation} ${event.because}: restarting by stopping the old one first`)];
    case "crashed":
      return [bad(`the command ended ${renderExit(event.exit)}: started again in ${formatDuration(event.pauseMs)}`)];
    case "gave-up": {
      const what = `given up: ${event.starts} starts in a row ended without having served, the last one ${renderExit(event.exit)}`;
      return [bad(what), ...(event.lastLines ?? []).map((line) => plain(`  ${line}`)), hint(event.hint)];
    }
    case "queue-expired": {
      const who = event.closed === 1 ? "1 client" : `${event.closed} clients`;
      return [
        bad(`${who} of ${formatEndpoint(event.at)} waited in vain and got closed`),
        hint("`--queue-timeout` lets them wait longer"),
      ];
    }
    case "listener-repaired":
      return [plain(`the command shut ${formatEndpoint(event.at)} down for all generations: it listens again`)];
    // The new one was told; the old one's end is its consequence.
    case "retired":
      return [];
  }
}

function renderCause(because: RestartCause): string {
  switch (because) {
    case "signal":
      return "SIGHUP";
    case "asked":
      return "asked for";
    case "file-changed":
      return "a file changed";
  }
}

function renderExit(exit: Exit): string {
  return exit.kind === "code" ? `with ${exit.code}` : `by ${exit.signal}`;
}

function plain(text: string): Line {
  return { tone: "plain", text };
}

function bad(text: string): Line {
  return { tone: "warn", text };
}

function hint(text: string): Line {
  return { tone: "hint", text };
}
