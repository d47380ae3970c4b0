import type { Diagnosis } from "../core/diagnosis.ts";
import { describeVerdict, markOfVerdict, stationText, toneOfVerdict } from "./reach-verdict.ts";
import type { SpanLine } from "./spans.ts";
import type { Style } from "./style.ts";

/** What makes two rounds of `--follow` the same to a reader: verdict, causes and who serves; counts and times may differ. */
export function signatureOf(diagnosis: Diagnosis): string {
  const codes = diagnosis.findings.map(({ code }) => code);
  return [diagnosis.verdict, stationText(diagnosis, "process") ?? "", ...codes].join("\n");
}

/** `12:03:04 ✗ 8000 can't be reached: nobody listens on port 8000`, in local time. */
export function renderChange(diagnosis: Diagnosis, at: Date, style: Style): SpanLine {
  const { verdict } = diagnosis;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  const mark = { text: markOfVerdict(verdict, style), tone: toneOfVerdict(verdict) };
  return [{ text: time, tone: "plain" }, " ", mark, ` ${describeVerdict(diagnosis)}`];
}
