/** Ports that Windows gives to nobody who asks for them by number, both ends included. */
export interface ExcludedRange {
  readonly from: number;
  readonly to: number;
  /** Set by an administrator (`*`), so it stays; others are taken by Hyper-V, WSL or Docker at every start of Windows. */
  readonly administered: boolean;
}

/** Reads `netsh int ipv4 show excludedportrange`, whose words are in the user's language: two columns of numbers are a range. */
export function parseExcludedRanges(text: string): ExcludedRange[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, from, to, star] = /^\s*(\d{1,5})\s+(\d{1,5})\s*(\*?)\s*$/.exec(line) ?? [];
    if (from === undefined || to === undefined) return [];
    return [{ from: Number(from), to: Number(to), administered: star === "*" }];
  });
}
