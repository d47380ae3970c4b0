import type { Diagnosis } from "../../core/diagnosis.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { ReachRequest } from "../../core/target.ts";
import type { ColorMode } from "../../report/style.ts";
import { isTerminalAnswer, styleOfStdout, writeSpans } from "../../report/write.ts";
import type { ReachReport } from "./reach-args.ts";

export async function diagnoseTarget(request: ReachRequest, os: Os): Promise<Diagnosis> {
  return (await import("../../reach/reach.ts")).diagnose(request, os);
}

/** With --quiet, good news is no news. */
export async function tell(
  diagnosis: Diagnosis,
  os: Os,
  { report, color }: { readonly report: ReachReport; readonly color: ColorMode },
): Promise<void> {
  const { renderHead, renderReach } = await import("../../report/reach-text.ts");
  const style = styleOfStdout(color);
  const view = { system: os.name, style, path: report.path || isTerminalAnswer(), trace: report.trace };
  if (!report.quiet) writeSpans(renderReach(diagnosis, view), style);
  else if (diagnosis.verdict !== "reachable") writeSpans(renderHead(diagnosis, view), style);
}

export function exitOf({ verdict }: Diagnosis): Exit {
  switch (verdict) {
    case "reachable":
      return { kind: "code", code: 0 };
    case "unreachable":
      return { kind: "code", code: 1 };
    case "unknown":
      return { kind: "code", code: 3 };
  }
}
