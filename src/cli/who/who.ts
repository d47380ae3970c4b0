import type { WhoAnswer } from "../../core/holder.ts";
import type { Exit, OsName } from "../../core/os.ts";
import type { WhoView } from "../../report/who-text.ts";
import { type Line, styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import type { Invocation } from "../words/parse-args.ts";
import { rootSeesMore } from "../root-sees-more.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";
import { parseWhoArgs, type WhoArgs } from "./who-args.ts";

const EXITS = { held: 0, free: 1, unknown: 3 } as const;

/** `portguard who`: args → request → holders → report. Throws PortguardError. */
export async function runWho(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./who-help.ts")).WHO_HELP)) {
    return { kind: "code", code: 0 };
  }
  const args = parseWhoArgs(invocation);
  const os = await services.os();
  const [origins, { findWho }, { listReservations }] = await Promise.all([
    os.origins(),
    import("../../holders/who.ts"),
    import("../../state/open-reservations.ts"),
  ]);
  const reservations = () => listReservations(os);
  const answer = await findWho(args.request, { os, origins, env: process.env, reservations });
  const verdict = judgeAnswer(answer);
  if (args.json) writeAnswer((await import("../../report/who-json.ts")).renderWhoJson(answer, verdict));
  else {
    await tell(args, answer, os.name);
    writeLines(hintAtRoot(answer, os.name), services.style());
  }
  return { kind: "code", code: EXITS[verdict] };
}

function hintAtRoot({ holders }: WhoAnswer, system: OsName): Line[] {
  const isHidden = holders.some(({ owner }) => owner.kind === "hidden");
  if (!isHidden || !rootSeesMore(system)) return [];
  return [{ tone: "hint", text: "run it with `sudo` to see who that is" }];
}

/** `unknown` where somebody has it of whom nothing but a user is known. */
function judgeAnswer({ holders }: WhoAnswer): keyof typeof EXITS {
  if (holders.length === 0) return "free";
  return holders.every(({ owner, verdict }) => owner.kind === "hidden" && verdict.grade === "unknown")
    ? "unknown"
    : "held";
}

async function tell({ request, asked, quiet, color }: WhoArgs, answer: WhoAnswer, system: WhoView["system"]) {
  const { renderHead, renderHeads, renderWho } = await import("../../report/who-text.ts");
  const style = styleOfStdout(color);
  const view: WhoView = { system, style, now: Date.now() };
  const { holders } = answer;
  if (holders.length > 0 && request.kind === "all") writeSpans(renderHeads(answer, view), style);
  else if (quiet)
    writeSpans(
      holders.map((holder) => renderHead(asked, holder, view)),
      style,
    );
  else writeSpans(renderWho(asked, answer, view), style);
}
