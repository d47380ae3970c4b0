import type { Flag } from "./flags.ts";

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
  readonly chapters: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** `-h`: one screen, examples first. */
export function renderShortHelp(page: HelpPage): string {
  return joinLines([
    `portguard ${page.verb}: ${page.line}`,
    "",
    ...renderExamples(page),
    "",
    `usage: portguard ${page.usage}`,
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
    `portguard ${page.verb}: ${page.line}`,
    "",
    ...renderExamples(page),
    "",
    `usage: portguard ${page.usage}`,
    ...page.chapters.flatMap(({ title, lines }) => ["", `${title}:`, ...lines.map((line) => `  ${line}`)]),
    ...groups.flatMap((group) => ["", `${group}:`, ...renderFlags(page.flags.filter((flag) => flag.group === group))]),
  ]);
}

/** The help of portguard itself. */
export function renderRootHelp(verbs: Readonly<Record<string, { readonly summary: string }>>): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  return joinLines([
    "portguard: keeps ports for the servers that you run on this machine",
    "",
    "  portguard reserve 8000 -- uvicorn app:app --port 8000",
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

function showFlag({ name, value, shows }: Flag): string {
  switch (value) {
    case "none":
      return `--${name}`;
    case "needed":
      return `--${name} ${shows}`;
    case "optional":
      return `--${name}[=${shows}]`;
  }
}

function joinLines(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
