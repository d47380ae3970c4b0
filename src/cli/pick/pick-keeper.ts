import { fail } from "../../core/error.ts";
import type { Os } from "../../core/os.ts";
import type { PickAnswer } from "../../core/port-pick.ts";
import { askControl } from "../../state/control-channel.ts";
import { openReservations } from "../../state/open-reservations.ts";
import { outliving, ownProgram } from "../own-program.ts";
import type { KeeperAnswer, KeeperTask } from "./keeper-task.ts";

/** Whoever has the name has just been started, or ends: either is a matter of a moment. */
const PATIENCE_MS = 5000;
const RETRY_MS = 20;

/** Who keeps the ports, and what became of the pick. */
export interface Keeper {
  readonly pid: number;
  readonly answer: PickAnswer & { readonly unrecorded?: string };
}

/**
 * Has the ports picked and kept: by the process that keeps this folder's already, where there is one, else by a new one.
 * Throws UNSUPPORTED.
 */
export async function findKeeper(task: KeeperTask, os: Os): Promise<Keeper> {
  const { name, ...nameless } = task;
  for (const deadline = performance.now() + PATIENCE_MS; ; await Bun.sleep(RETRY_MS)) {
    const asked = name === undefined ? undefined : await askRunning(name, task, os);
    if (asked) return asked;
    // Whoever has the name and does not answer is no help, and should not be a hindrance.
    const { pid, answer } = await startKeeper(performance.now() > deadline ? nameless : task);
    if (answer.kind !== "taken") return { pid, answer };
  }
}

async function askRunning(name: string, { pick, term, folder }: KeeperTask, os: Os): Promise<Keeper | undefined> {
  const found = findRecord(name, os);
  if (found?.control === undefined || found.picked?.folder !== folder) return undefined;
  const answer = await askControl(found.control, { do: "keep", pick, term });
  return answer.kind === "held" || answer.kind === "none" ? { pid: found.portguard.pid, answer } : undefined;
}

function findRecord(name: string, os: Os) {
  try {
    return openReservations(os).find(name);
  } catch {
    return undefined; // where nothing can be recorded, nobody is found: the new keeper says so
  }
}

/** In a session of its own, with no terminal and no folder of anyone's, since it outlives us. Throws UNSUPPORTED. */
async function startKeeper(task: KeeperTask): Promise<{ pid: number; answer: KeeperAnswer }> {
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
      ...outliving(),
    });
  } catch (cause) {
    return fail("UNSUPPORTED", "no process could be started that keeps the port", "use `pick --exec`", { cause });
  }
}
