import { writeAnswer } from "../../report/write.ts";
import type { HelpPage } from "./help.ts";

/** Shows a verb's help where its words ask for it, and answers whether they did. */
export async function showHelp(words: readonly string[], load: () => Promise<HelpPage>): Promise<boolean> {
  const long = words.includes("--help");
  if (!long && !words.includes("-h")) return false;
  const [{ renderLongHelp, renderShortHelp }, page] = await Promise.all([import("./help.ts"), load()]);
  writeAnswer(long ? renderLongHelp(page) : renderShortHelp(page));
  return true;
}
