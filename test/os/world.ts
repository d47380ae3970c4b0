import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { need, needThat } from "../need.ts";
import type { Question } from "./programs/questions.ts";

const PROGRAM = join(import.meta.dir, "programs/questions.ts");
/** Everything in there ends with the program: it is the first process of a process namespace. */
const UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const PATIENCE_MS = 50_000;

/** A network of its own, without a way out, for as long as its questions take. */
export interface World {
  /** Lines of shell, before anything is asked: rules, routes, servers in the background. */
  readonly setUp?: readonly string[];
  /** What stands in these files there. */
  readonly files?: Readonly<Record<string, string>>;
}

export function needNamespaces(): boolean {
  return need("unshare", "ip", "mount") && needThat("root", process.getuid?.() === 0);
}

/** Asks all of it at once in a new world: the answers, in order. */
export async function ask<Answer>(world: World, questions: readonly Question[]): Promise<Answer[]> {
  return JSON.parse(await runIn(world, [process.execPath, PROGRAM, JSON.stringify(questions)])) as Answer[];
}

/** What a program of that world says on stdout. */
export async function runIn({ setUp = [], files = {} }: World, argv: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portguard-world-"));
  try {
    const mounts = Object.entries(files).map(([path, text], index) => {
      writeFileSync(join(folder, `${index}`), text);
      return `mount --bind ${join(folder, `${index}`)} ${path}`;
    });
    const script = ["set -e", "ip link set lo up", ...mounts, ...setUp, 'exec "$@"'].join("\n");
    const run = Bun.spawn([...UNSHARE, "sh", "-c", script, "sh", ...argv], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: PATIENCE_MS,
    });
    const [stdout, stderr] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
    if ((await run.exited) !== 0) throw new Error(`\`${argv[0]}\` failed there: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One table of rules that see everything that arrives, in nft's own words. */
export function rules(...lines: readonly string[]): string {
  const chain = ["type filter hook input priority 0", ...lines].join("\n");
  return `nft -f - <<'END'\ntable inet test {\nchain input {\n${chain}\n}\n}\nEND`;
}
