/** At most this many columns of a terminal, on which some characters take two; the last ones tell that something was left out. */
export function clipColumns(text: string, columns: number, utf8: boolean): string {
  if (Bun.stringWidth(text) <= columns) return text;
  const ellipsis = utf8 ? "…" : "...";
  let shown = "";
  // A character has one column at least, or none and joins its neighbour: more than these are not looked at.
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, 8 * columns))) {
    if (Bun.stringWidth(shown + segment) > columns - ellipsis.length) break;
    shown += segment;
  }
  return `${shown}${ellipsis}`;
}
