import { clipColumns } from "./columns.ts";

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** It may be made as narrow as this where the terminal is; without it, it keeps its width. */
  readonly atLeast?: number;
  /** What of it is shown then: its beginning, or its end (paths). */
  readonly keep?: "start" | "end";
  /** Those with the highest number are left out first where narrowing is not enough; without it, never. */
  readonly leftOut?: number;
}

export interface TableFit {
  /** The terminal's width; nothing: as wide as it gets. */
  readonly columns?: number;
  readonly utf8: boolean;
}

const GAP = 2;

/** The cells of each line, its title line first, padded and narrowed so that all lines fit; columns that are empty throughout are left out. */
export function layTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { columns: width, utf8 }: TableFit,
): string[][] {
  const used = columns.map((_, at) => at).filter((at) => rows.some((row) => row[at] !== ""));
  const natural = columns.map(({ title }, at) =>
    Math.max(Bun.stringWidth(title), ...rows.map((row) => Bun.stringWidth(row[at]!))),
  );
  const chosen = width === undefined ? used : chooseColumns(columns, used, natural, width);
  const widths = width === undefined ? natural : narrow(columns, chosen, natural, width);
  const lines = [columns.map(({ title }) => title), ...rows];
  return lines.map((line) => {
    const last = chosen.findLastIndex((at) => line[at] !== "");
    return chosen.slice(0, last + 1).map((at, index) => {
      const cell = clipCell(line[at]!, widths[at]!, columns[at]!, utf8);
      return index === last ? cell : cell + " ".repeat(widths[at]! - Bun.stringWidth(cell) + GAP);
    });
  });
}

/** Leaves columns out until the rest could fit. */
function chooseColumns(
  columns: readonly Column[],
  used: readonly number[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const least = (at: number) => Math.min(natural[at]!, columns[at]!.atLeast ?? natural[at]!);
  const order = used
    .filter((at) => columns[at]!.leftOut !== undefined)
    .toSorted((a, b) => columns[b]!.leftOut! - columns[a]!.leftOut!);
  for (let chosen = used; ; chosen = chosen.filter((at) => at !== order[0]), order.shift()) {
    if (sum(chosen.map(least)) <= width || order.length === 0) return chosen;
  }
}

/** Takes from the widest that may be narrowed, until all fit. */
function narrow(
  columns: readonly Column[],
  chosen: readonly number[],
  natural: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  for (;;) {
    const excess = sum(chosen.map((at) => widths[at]!)) - width;
    const [widest] = chosen
      .filter((at) => widths[at]! > (columns[at]!.atLeast ?? widths[at]!))
      .toSorted((a, b) => widths[b]! - widths[a]!);
    if (excess <= 0 || widest === undefined) return widths;
    widths[widest] = Math.max(columns[widest]!.atLeast!, widths[widest]! - excess);
  }
}

function sum(widths: readonly number[]): number {
  return widths.reduce((all, each) => all + each + GAP, -GAP);
}

function clipCell(text: string, width: number, { keep = "start" }: Column, utf8: boolean): string {
  if (Bun.stringWidth(text) <= width) return text;
  return keep === "start" ? clipColumns(text, width, utf8) : clipFront(text, width, utf8 ? "…" : "...");
}

function clipFront(text: string, width: number, ellipsis: string): string {
  let kept = text;
  while (kept !== "" && Bun.stringWidth(ellipsis + kept) > width) kept = kept.slice(1);
  return ellipsis + kept;
}
