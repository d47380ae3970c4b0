import type { SpanLine } from "./spans.ts";

type Change = { readonly kind: "same" | "gone" | "new"; readonly line: string };

/** Beyond this many pairs of lines no common ones are looked for between the first and the last difference. */
const MOST_PAIRS = 4_000_000;

/** What changed between two texts, as `diff -U0` shows it. */
export function renderDiff(name: string, before: string, after: string): readonly SpanLine[] {
  const lines: SpanLine[] = [[{ text: `--- ${name}`, tone: "bad" }], [{ text: `+++ ${name}`, tone: "good" }]];
  let [old, fresh] = [1, 1];
  const changes = compare(splitLines(before), splitLines(after));
  for (let at = 0; at < changes.length;) {
    const end = changes.findIndex(({ kind }, index) => index >= at && kind === "same");
    const hunk = changes.slice(at, end < 0 ? changes.length : end);
    const [gone, added] = (["gone", "new"] as const).map((kind) => hunk.filter((change) => change.kind === kind));
    if (hunk.length > 0) {
      lines.push([{ text: `@@ -${span(old, gone!.length)} +${span(fresh, added!.length)} @@`, tone: "hint" }]);
      lines.push(...gone!.map(({ line }): SpanLine => [{ text: `-${line}`, tone: "bad" }]));
      lines.push(...added!.map(({ line }): SpanLine => [{ text: `+${line}`, tone: "good" }]));
    }
    old += gone!.length + 1;
    fresh += added!.length + 1;
    at += hunk.length + 1;
  }
  return lines;
}

/** No lines are said to stand behind the line before. */
function span(first: number, count: number): string {
  if (count === 1) return String(first);
  return `${count === 0 ? first - 1 : first},${count}`;
}

/** Without their ends, whatever these are: a carriage return is nothing for a terminal. */
function splitLines(text: string): readonly string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

function compare(before: readonly string[], after: readonly string[]): readonly Change[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]) => lines.map((line): Change => ({ kind: "same", line }));
  const middle = compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...same(before.slice(0, head)), ...middle, ...same(before.slice(before.length - tail))];
}

/** By the longest common subsequence. */
function compareMiddle(before: readonly string[], after: readonly string[]): readonly Change[] {
  const table = before.length * after.length > MOST_PAIRS ? [] : lengthsOf(before, after);
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      changes.push({ kind: "same", line: before[i]! });
      i++;
      j++;
    } else if (j < after.length && (i === before.length || (table[i]?.[j + 1] ?? 0) > (table[i + 1]?.[j] ?? 0))) {
      changes.push({ kind: "new", line: after[j++]! });
    } else changes.push({ kind: "gone", line: before[i++]! });
  }
  return changes;
}

/** How many lines the rests from `i` and `j` on have in common at most. */
function lengthsOf(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [down, right] = [table[i + 1]![j]!, table[i]![j + 1]!];
      table[i]![j] = before[i] === after[j] ? table[i + 1]![j + 1]! + 1 : Math.max(down, right);
    }
  }
  return table;
}
