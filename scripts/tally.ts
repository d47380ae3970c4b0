/** How a run of the tests ended, in test cases. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads the totals that stand in the root element of a JUnit report; zeros where there is no report. */
export function readTally(junit: string): Tally {
  const root = /<testsuites\b[^>]*>/.exec(junit)?.[0] ?? "";
  const failed = count(root, "failures") + count(root, "errors");
  const skipped = count(root, "skipped");
  return { passed: count(root, "tests") - failed - skipped, failed, skipped };
}

function count(element: string, attribute: string): number {
  return Number(new RegExp(`\\s${attribute}="(\\d+)"`).exec(element)?.[1] ?? 0);
}

/** One test that failed, and why. */
export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly what: string;
}

/** Reads the tests of a JUnit report that failed. */
export function readFailures(junit: string): Failure[] {
  const cases = junit.matchAll(/<testcase\b([^>]*)>\s*<(?:failure|error)\b[^>]*>([^<]*)</g);
  return Array.from(cases, ([, attributes = "", what = ""]) => {
    const word = (name: string) => unescapeXml(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
    return { file: word("file"), name: word("name"), what: unescapeXml(what).trim() };
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  );
}

/** Several runs as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally) => tallies.reduce((all, tally) => all + tally[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The line that a run ends with. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
