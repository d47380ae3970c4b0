/** The candidate that `word` was most likely meant to be; nothing where none is near. */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distanceTo(word, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** A beginning counts as near: `--ready` is meant as `--ready-timeout`. */
function distanceTo(word: string, candidate: string): number {
  return word.length >= 2 && candidate.startsWith(word) ? 1 : countEdits(word, candidate);
}

/** How many letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function countEdits(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  rows[0] = Array.from({ length: b.length + 1 }, (_, j) => j);
  const at = (i: number, j: number) => rows[i]![j]!;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      rows[i]![j] = swapped ? Math.min(edits, at(i - 2, j - 2) + 1) : edits;
    }
  }
  return at(a.length, b.length);
}
