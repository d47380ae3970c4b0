import { fail } from "../../core/error.ts";
import type { Diagnosis } from "../../core/diagnosis.ts";
import type { Exit, Os } from "../../core/os.ts";
import { styleOfStdout, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { findNearest } from "../words/nearest.ts";
import type { Invocation } from "../words/parse-args.ts";
import { type ReachArgs, parseReachArgs } from "./reach-args.ts";
import { diagnoseTarget, exitOf, tell } from "./reach-tell.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };

/** `portguard reach`: args → request → diagnosis → report. Throws PortguardError. */
export async function runReach(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./reach-help.ts")).REACH_HELP)) return DONE;
  const args = parseReachArgs(invocation);
  switch (args.kind) {
    case "causes":
      return showCauses(args.json);
    case "explain":
      return explainCause(args.code, args.json);
    case "rules":
      return (await import("./reach-rules.ts")).answerByRules(args, args);
    case "diagnose":
      if (args.fix) return (await import("./reach-fix.ts")).fixTarget(args, args.fix, await services.os());
      return args.report.follow ? follow(args, services) : answer(args, services);
  }
}

type Question = Extract<ReachArgs, { kind: "diagnose" }>;

async function answer({ request, report, json, color }: Question, services: Services): Promise<Exit> {
  using page = report.html === undefined ? undefined : await openPage(report.html);
  const os = await services.os();
  const diagnosis = await diagnoseTarget(request, os);
  if (json) writeAnswer((await import("../../report/reach-json.ts")).renderReachJson(diagnosis));
  else await tell(diagnosis, os, { report, color });
  if (page) await writePage(page, report.html ?? "", { diagnosis, os, services });
  return exitOf(diagnosis);
}

/** Every second; one line at the start and for each change. Ends with a signal, or when nobody reads it any more. */
async function follow({ request, json, color }: Question, services: Services): Promise<Exit> {
  const os = await services.os();
  const [{ renderReachChange }, { renderChange, signatureOf }] = await Promise.all([
    import("../../report/reach-json.ts"),
    import("../../report/reach-change.ts"),
  ]);
  const style = styleOfStdout(color);
  for (let told = ""; ;) {
    const nextAt = performance.now() + 1000;
    const diagnosis = await diagnoseTarget(request, os);
    const signature = signatureOf(diagnosis);
    if (signature !== told) {
      const now = new Date();
      const read = json
        ? writeAnswer(renderReachChange(diagnosis, now))
        : writeSpans([renderChange(diagnosis, now, style)], style);
      if (!read) return exitOf(diagnosis);
      told = signature;
    }
    await Bun.sleep(Math.max(0, nextAt - performance.now()));
  }
}

async function openPage(path: string) {
  return (await import("../../report/page-file.ts")).openPageFile(path);
}

async function writePage(
  page: Awaited<ReturnType<typeof openPage>>,
  path: string,
  { diagnosis, os, services }: { readonly diagnosis: Diagnosis; readonly os: Os; readonly services: Services },
): Promise<void> {
  const [{ renderReachPage }, { describeVersion }] = await Promise.all([
    import("../../report/reach-html.ts"),
    import("../version.ts"),
  ]);
  page.write(renderReachPage(diagnosis, { system: os.name, at: new Date(), version: describeVersion() }));
  writeLines(
    [{ tone: "plain", text: `${page.replaces ? "replaced the page" : "wrote the page"} \`${path}\`` }],
    services.style(),
  );
}

async function loadCatalogue() {
  const [{ CAUSES }, text] = await Promise.all([
    import("../../reach/causes.ts"),
    import("../../report/causes-text.ts"),
  ]);
  return { causes: CAUSES, text };
}

async function showCauses(json: boolean): Promise<Exit> {
  const { causes, text } = await loadCatalogue();
  writeAnswer(json ? text.renderCausesJson(causes) : text.renderCauses(causes));
  return DONE;
}

async function explainCause(asked: string, json: boolean): Promise<Exit> {
  const { causes, text } = await loadCatalogue();
  const code = asked.toUpperCase().replaceAll("-", "_");
  const cause = causes.find((each) => each.code === code);
  if (!cause) {
    const near = findNearest(
      code,
      causes.map((each) => each.code),
    );
    const hint = near === undefined ? "`portguard reach --causes` lists them" : `did you mean ${near}?`;
    return fail("BAD_USAGE", `no cause is called \`${asked}\``, hint);
  }
  writeAnswer(json ? text.renderExplanationJson(cause) : text.renderExplanation(cause));
  return DONE;
}
