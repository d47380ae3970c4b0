import { readFileSync } from "node:fs";
import { dirname, parse } from "node:path";
import { fail } from "../../core/error.ts";
import type { Os } from "../../core/os.ts";
import type { PickTerm, PortPick } from "../../core/port-pick.ts";
import { keepPicked, pickPorts } from "../../reserve/pick.ts";
import { writeFully } from "../../report/write.ts";
import { ownProgram } from "../own-program.ts";

const STDIN = 0;
const STDOUT = 1;

/** What the keeper is told, and what it answers with: one line each, on its stdin and stdout. */
interface KeeperTask {
  readonly pick: PortPick;
  readonly term: PickTerm;
}
export type KeeperAnswer =
  | { readonly kind: "held"; readonly ports: readonly number[] }
  | {
      readonly kind: "none";
      readonly free: number;
      readonly refusal?: { readonly what: string; readonly hint: string };
    };

/**
 * Starts the process that picks the ports and keeps them: in a session of its own, with no terminal and no folder of
 * anyone's, since it outlives us. Throws UNSUPPORTED.
 */
export async function startKeeper(task: KeeperTask): Promise<{ pid: number; answer: KeeperAnswer }> {
  const child = spawn(task);
  const answer = await readLine(child.stdout);
  child.unref();
  if (answer === "") fail("UNSUPPORTED", "the process that keeps the port has ended at once", "use `pick --exec`");
  return { pid: child.pid, answer: JSON.parse(answer) as KeeperAnswer };
}

/** It goes on living, so there is no end to wait for. */
async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n")) break;
  }
  return text.trim();
}

function spawn(task: KeeperTask) {
  try {
    return Bun.spawn([...ownProgram(), "__keep"], {
      stdio: [Buffer.from(JSON.stringify(task)), "pipe", "ignore"],
      detached: true,
      cwd: parse(dirname(process.execPath)).root,
    });
  } catch (cause) {
    return fail("UNSUPPORTED", "no process could be started that keeps the port", "use `pick --exec`", { cause });
  }
}

/** `portguard __keep`: picks, answers, and keeps. Answers the exit code. */
export async function runKeeper(os: Os): Promise<number> {
  const { pick, term } = JSON.parse(readFileSync(STDIN, "utf8")) as KeeperTask;
  const picked = pickPorts(pick, os);
  const answer: KeeperAnswer =
    picked.kind === "held" ? { kind: "held", ports: picked.holds.map(({ port }) => port) } : picked;
  writeFully(STDOUT, `${JSON.stringify(answer)}\n`);
  if (picked.kind === "held") await keepPicked(picked.holds, term, os);
  return 0;
}
