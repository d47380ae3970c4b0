import { type Flag, spellFlag } from "./flags.ts";

/** What the help of a verb is made of. */
export interface HelpPage {
  readonly verb: string;
  /** One line: what it does. */
  readonly line: string;
  /** Without `portguard`. */
  readonly examples: readonly string[];
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** Told by `--help` only; each is a title and its lines. */
  readonly chapters: readonly Chapter[];
  /** The same, behind the flags. */
  readonly appendix?: readonly Chapter[];
}

interface Chapter {
  readonly title: string;
  readonly lines: readonly string[];
}

/** `-h`: one screen, examples first. */
export function renderShortHelp(page: HelpPage): string {
  return joinLines([
    ...renderTop(page),
    "",
    ...renderFlags(page.flags.filter((flag) => flag.usual)),
    "",
    `everything: portguard ${page.verb} --help`,
  ]);
}

/** `--help`: everything, grouped. */
export function renderLongHelp(page: HelpPage): string {
  const groups = [...new Set(page.flags.map((flag) => flag.group))];
  return joinLines([
    ...renderTop(page),
    ...page.chapters.flatMap(renderChapter),
    ...groups.flatMap((group) => ["", `${group}:`, ...renderFlags(page.flags.filter((flag) => flag.group === group))]),
    ...(page.appendix ?? []).flatMap(renderChapter),
  ]);
}

function renderTop(page: HelpPage): readonly string[] {
  return [`portguard ${page.verb}: ${page.line}`, "", ...renderExamples(page), "", `usage: portguard ${page.usage}`];
}

function renderChapter({ title, lines }: Chapter): readonly string[] {
  return ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** The help of portguard itself. */
export function renderRootHelp(verbs: Readonly<Record<string, { readonly summary: string }>>): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  return joinLines([
    "portguard: keeps ports for the servers that you run, and says why one can't be reached",
    "",
    "  portguard reserve 8000 -- uvicorn app:app --port 8000",
    "  portguard reach 8000",
    "",
    "usage: portguard VERB …",
    "",
    ...Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "`portguard VERB -h` is one screen about it, `--help` everything, `portguard --version` the version",
  ]);
}

function renderExamples({ examples }: HelpPage): readonly string[] {
  return examples.map((example) => `  portguard ${example}`);
}

function renderFlags(flags: readonly Flag[]): readonly string[] {
  const heads = flags.map(showFlag);
  const width = Math.max(...heads.map((head) => head.length));
  return flags.map((flag, index) => `  ${heads[index]!.padEnd(width)}  ${flag.help}`);
}

function showFlag(flag: Flag): string {
  switch (flag.value) {
    case "none":
      return spellFlag(flag);
    case "needed":
      return `${spellFlag(flag)} ${flag.shows}`;
    case "optional":
      return `${spellFlag(flag)}[=${flag.shows}]`;
  }
}

function joinLines(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
