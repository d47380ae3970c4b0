import type { Diagnosis } from "../core/diagnosis.ts";
import type { Os } from "../core/os.ts";
import type { ReachRequest } from "../core/target.ts";
import { CAUSES } from "./causes.ts";
import { describePath } from "./path.ts";
import type { Facts } from "./facts.ts";
import { gather } from "./gather/gather.ts";
import { gatherMore } from "./gather/more.ts";
import { inQuestion, judge, needsOf } from "./judge.ts";
import { listAnswers } from "./list-answers.ts";
import { listNotes } from "./notes.ts";
import { listNotMade } from "./not-made.ts";
import { symptomsOf } from "./symptoms.ts";
import { decideVerdict } from "./verdict.ts";

/** Tries the target, gathers what is needed to explain what came, and judges it. Takes about `timeoutMs` at most. */
export async function diagnose(request: ReachRequest, os: Os): Promise<Diagnosis> {
  const startedAt = performance.now();
  const network = await os.network();
  const { facts: first, before } = await gather(request, os, network);
  const causes = inQuestion(CAUSES, symptomsOf(first));
  const more = await gatherMore(new Set([...needsOf(causes), "routes"]), first, { os, network, before });
  const facts: Facts = { ...first, more };
  const findings = judge(causes, facts);
  const verdict = decideVerdict(facts, findings);
  return {
    target: request.target,
    from: request.from,
    verdict,
    findings,
    attempts: [...facts.attempts, ...facts.datagrams],
    path: describePath(facts, findings),
    firewall: listAnswers(facts),
    notMade: listNotMade(facts, verdict),
    notes: listNotes(facts, verdict),
    tookMs: performance.now() - startedAt,
  };
}
