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

/** Several runs as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally) => tallies.reduce((all, tally) => all + tally[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The line that a run ends with. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
