import type { Inhabited } from "./inhabited.ts";

/** As the tools name the lines that they refuse: nft, iptables-legacy-restore, iptables-nft-restore. */
const LINES = [/\/dev\/stdin:(\d+):/g, /line:? (\d+)/g];
const MOST_TRIES = 40;

/**
 * Loads rules with the real tool, without those lines that it refuses: which matches go together is for it to say. Throws
 * where it refuses without naming a line.
 */
export async function loadWhatIsTaken(space: Inhabited, argv: readonly string[], text: string): Promise<string> {
  let lines = text.split("\n");
  for (let tries = 0; ; tries++) {
    const input = lines.join("\n");
    const { code, stderr = "" } = await space.do({ do: "run", argv, input });
    if (code === 0) return input;
    const refused = new Set(LINES.flatMap((line) => [...stderr.matchAll(line)].map(([, number]) => Number(number))));
    const isRule = (line: string, index: number) =>
      refused.has(index + 1) && !/^(?:\*|:|COMMIT|table|chain)/.test(line);
    if (tries === MOST_TRIES || !lines.some(isRule)) throw new Error(`${argv.join(" ")}: ${stderr}\n${input}`);
    lines = lines.filter((line, index) => !isRule(line, index));
  }
}
