import type { Diagnosis, NotMade, Stage } from "../core/diagnosis.ts";
import type { Evidence, Finding, Remedy } from "../core/finding.ts";
import type { OsName } from "../core/os.ts";
import { describeOutcome, describePlace, formatMs } from "./attempt-text.ts";
import { describeRisk } from "./finding-text.ts";
import { Html, type HtmlPart, markup } from "./html.ts";
import { REACH_CSS } from "./reach-css.ts";
import { describeVerdict, toneOfVerdict } from "./reach-verdict.ts";
import { formatCommand } from "./shell-words.ts";

/** Where and when the page was made. */
export interface PageContext {
  readonly system: OsName;
  readonly at: Date;
  /** `portguard 0.1.0 (…)`. */
  readonly version: string;
}

/** Every page begins with it: such a file may be replaced. */
export const PAGE_START =
  '<!doctype html>\n<html lang="en">\n<head>\n<meta name="generator" content="portguard reach">';

/** One page that needs nothing else: no script, no resource, and a policy that allows neither. */
export function renderReachPage(diagnosis: Diagnosis, context: PageContext): string {
  return markup`${new Html(PAGE_START)}
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(allowOnly(REACH_CSS))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${describeVerdict(diagnosis)}</title>
<style>${new Html(REACH_CSS)}</style>
</head>
<body>
<main>
${renderBody(diagnosis, context)}
</main>
</body>
</html>
`.source;
}

/** The style is allowed by its hash, and nothing else is. */
function allowOnly(style: string): string {
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

const SIGNS = {
  ok: { glyph: "✓", tone: "good", word: "ok" },
  broken: { glyph: "✗", tone: "bad", word: "broken here" },
  unknown: { glyph: "?", tone: "warn", word: "unknown" },
  none: { glyph: "–", tone: "none", word: "not reached" },
} as const;

const VERDICT_SIGNS = { reachable: "✓", unreachable: "✗", unknown: "?" } as const;

function renderBody(diagnosis: Diagnosis, { system, version, at }: PageContext): Html {
  const { verdict, findings, attempts, path, notMade, notes, tookMs } = diagnosis;
  const iso = at.toISOString();
  const time = markup`<time datetime="${iso}">${iso.replace("T", " ").slice(0, 19)} UTC</time>`;
  return markup`<h1><span class="${toneOfVerdict(verdict)}">${VERDICT_SIGNS[verdict]}</span> ${describeVerdict(diagnosis)}</h1>
<ol class="path" aria-label="the way of the connection">
${path.map(renderStage)}</ol>
${findings.map((finding) => renderFinding(finding, system))}
${attempts.length === 0 ? "" : chapter("What was tried", renderAttempts(attempts))}
${notMade.length === 0 ? "" : chapter("What could not be checked", markup`<ul>${notMade.map(renderNotMade)}</ul>`)}
${notes.length === 0 ? "" : chapter("Notes", markup`<ul>${notes.map((note) => markup`<li>${note}</li>`)}</ul>`)}
<footer class="soft">${version}, ${time}, in ${formatMs(tookMs)}</footer>`;
}

function chapter(title: string, body: HtmlPart): Html {
  return markup`<h2>${title}</h2>\n${body}`;
}

function renderStage({ name, mark, text }: Stage): Html {
  const { glyph, tone, word } = SIGNS[mark];
  return markup`<li class="${tone}"><b><span role="img" aria-label="${word}">${glyph}</span> ${name}</b><span>${text}</span></li>\n`;
}

function renderFinding({ code, severity, title, evidence, remedies }: Finding, system: OsName): Html {
  const blocks = severity === "blocks";
  return markup`<section class="card">
<h3><span class="${blocks ? "bad" : "warn"}">${blocks ? "✗" : "? warning:"}</span> ${title}</h3>
<small>${code}</small>
${evidence.length === 0 ? "" : markup`<ul>${evidence.map(renderEvidence)}</ul>`}
${remedies.map((remedy) => renderRemedy(remedy, system))}</section>
`;
}

function renderEvidence({ what, source }: Evidence): Html {
  return markup`<li>${what} <span class="soft">(${source})</span></li>`;
}

function renderRemedy({ what, commands, risk, undo }: Remedy, system: OsName): Html {
  const danger = describeRisk(risk);
  return markup`<p>${what}</p>
${commands.map((argv) => markup`<pre>${formatCommand(argv, system)}</pre>\n`)}
${danger === undefined ? "" : markup`<p class="${risk === "restart" ? "soft" : "warn"}">${danger}</p>\n`}
${undo === undefined ? "" : markup`<p class="soft">undo: ${undo}</p>\n`}`;
}

function renderAttempts(attempts: Diagnosis["attempts"]): Html {
  const rows = attempts.map(
    (attempt) =>
      markup`<tr><td><code>${describePlace(attempt)}</code></td><td>${describeOutcome(attempt.outcome)}</td></tr>\n`,
  );
  return markup`<table><thead><tr><th>where</th><th>what came</th></tr></thead><tbody>\n${rows}</tbody></table>`;
}

function renderNotMade({ what, because, hint }: NotMade): Html {
  return markup`<li>${what}: ${because}${hint === undefined ? "" : `; ${hint}`}</li>`;
}
