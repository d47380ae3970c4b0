import type { Check, NftRules } from "../core/step.ts";
import type { RunCommand } from "./run-command.ts";
import { findRules, hasSet } from "./write/nft-chains.ts";

export type Answer = "yes" | "no" | { readonly unknown: string };

/** Without the elements of sets, which may be many. */
const LIST_NFT = ["nft", "-j", "-t", "list", "ruleset"] as const;

/** Asks the system. Changes nothing. */
export async function answer(check: Check, run: RunCommand): Promise<Answer> {
  switch (check.kind) {
    case "succeeds":
      return askExit(check.argv, run);
    case "prints":
      return askOutput(check, run);
    case "finds-rule": {
      const handles = await findHandles(check.rules, run);
      return Array.isArray(handles) ? yesIf(handles.length > 0) : { unknown: handles };
    }
    case "finds-set": {
      const ruleset = await listNft(run);
      return typeof ruleset === "string" ? { unknown: ruleset } : yesIf(hasSet(ruleset.value, check.set));
    }
  }
}

/** The handles of these rules, or why they can't be had. */
export async function findHandles(rules: NftRules, run: RunCommand): Promise<number[] | string> {
  const ruleset = await listNft(run);
  return typeof ruleset === "string" ? ruleset : [...findRules(ruleset.value, rules)];
}

async function askExit(argv: readonly string[], run: RunCommand): Promise<Answer> {
  const ran = await run({ argv });
  if (ran.kind === "not-run") return { unknown: ran.because };
  return ran.code <= 1 ? yesIf(ran.code === 0) : { unknown: complaintOf(argv, ran) };
}

async function askOutput({ argv, line }: Extract<Check, { kind: "prints" }>, run: RunCommand): Promise<Answer> {
  const ran = await run({ argv });
  if (ran.kind === "not-run") return { unknown: ran.because };
  if (ran.code !== 0) return { unknown: complaintOf(argv, ran) };
  const lines = ran.stdout.split("\n").map((each) => each.trim());
  return yesIf(lines.some((each) => (line === undefined ? each !== "" : each === line)));
}

async function listNft(run: RunCommand): Promise<{ value: unknown } | string> {
  const ran = await run({ argv: LIST_NFT });
  if (ran.kind === "not-run") return ran.because;
  if (ran.code !== 0) return complaintOf(LIST_NFT, ran);
  try {
    return { value: JSON.parse(ran.stdout) };
  } catch {
    return "`nft -j list ruleset` printed no JSON";
  }
}

/** `` `nft` ended with 1: Operation not permitted ``, from the first line of what it said. */
export function complaintOf(argv: readonly string[], ran: { code: number; stdout: string; stderr: string }): string {
  const [said = ""] = `${ran.stderr}\n${ran.stdout}`.split("\n").filter((line) => line.trim() !== "");
  return `\`${argv[0]}\` ended with ${ran.code}${said === "" ? "" : `: ${said.trim().slice(0, 200)}`}`;
}

function yesIf(is: boolean): Answer {
  return is ? "yes" : "no";
}
