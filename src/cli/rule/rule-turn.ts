import type { Os } from "../../core/os.ts";
import { isSameProcess, markOf } from "../../core/process-mark.ts";
import { TurnFile } from "../../state/rule-turn.ts";
import { stateFolder } from "../../state/state-folder.ts";

/** How long another one is waited for: a manager takes seconds for its rules. One that hangs does not keep us for ever. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/**
 * Waits until no other portguard of this user changes rules, and is the one that does until it is disposed: of two that
 * apply the same rule at once, the second then finds it. Throws NO_STATE_FOLDER, STATE_NOT_WRITTEN.
 */
export async function takeTurn(os: Os): Promise<Disposable> {
  const file = new TurnFile(stateFolder(os.name, process.env));
  const me = markOf(os.process(process.pid) ?? { pid: process.pid });
  const until = Date.now() + PATIENCE_MS;
  while (!file.take(me)) {
    if (Date.now() > until) return { [Symbol.dispose]: () => {} };
    if (!hasIt(file, os)) file.remove();
    else await Bun.sleep(LOOK_MS);
  }
  return { [Symbol.dispose]: () => file.remove() };
}

/** Whether whoever took it is still there. */
function hasIt(file: TurnFile, os: Os): boolean {
  const holder = file.read();
  return holder !== undefined && isSameProcess(holder, os.process(holder.pid));
}
