import { test } from "bun:test";

/**
 * Whether this machine has every one of these tools. Where one is missing, the suite says so by name: a skipped test is
 * registered whose title names it. In CI nothing may be missing, so there it throws.
 *
 *     if (need("nginx")) describe("nginx", () => { … });
 */
export function need(...tools: readonly string[]): boolean {
  return tools.map((tool) => needThat(`\`${tool}\``, Bun.which(tool) !== null)).every(Boolean);
}

/** Like `need`, for what is not a program: `needThat("root", process.getuid?.() === 0)`. */
export function needThat(what: string, isThere: boolean): boolean {
  if (isThere) return true;
  if (process.env["CI"]) throw new Error(`${what} is missing, and in CI no test may be skipped`);
  test.skip(`needs ${what}, which this machine does not have`, () => {});
  return false;
}
