import { fail } from "../../core/error.ts";
import type { Os } from "../../core/os.ts";
import { identify, type ProcessIdentity } from "../../core/process-mark.ts";
import { parseRuleId } from "../../core/rule-request.ts";
import { revertRule } from "../../firewall/apply.ts";
import { runCommand } from "../../firewall/run-command.ts";
import { KeeperFile } from "../../state/rule-keeper.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { outliving, ownProgram } from "../own-program.ts";
import { openJournal } from "./rule-machine.ts";

/** How often it looks whether its rule is still there, in milliseconds. */
const LOOK_MS = 20_000;
/** So long the one who started it may take to write its rule down. */
const PATIENCE_MS = 120_000;
/** Where taking back fails, it is tried again, this many times and so long apart. */
const TRIES = 10;
const RETRY_MS = 30_000;

/**
 * Starts a process of our own that takes this rule back after so long, and outlives us: in a session of its own, with no
 * terminal and no folder of anyone's. One that is there already is enough. Throws UNSUPPORTED.
 */
export function startKeeper(id: string, afterMs: number, os: Os): void {
  const file = new KeeperFile(stateFolder(os.name, process.env), id);
  if (findKeeper(id, file, os)) return;
  try {
    const child = Bun.spawn([...ownProgram(), "__revert", id, String(Math.ceil(afterMs))], {
      stdio: ["ignore", "ignore", "ignore"],
      ...outliving(),
    });
    child.unref();
    file.write(child.pid);
  } catch (cause) {
    fail("UNSUPPORTED", "no process could be started that takes the rule back in time", "leave --for out", { cause });
  }
}

/** Ends the process that waits for a rule which is taken back already. */
export function endKeeper(id: string, os: Os): void {
  const file = new KeeperFile(stateFolder(os.name, process.env), id);
  const keeper = findKeeper(id, file, os);
  if (keeper && keeper.pid !== process.pid) {
    using opened = os.openProcess(keeper);
    opened?.signal("SIGTERM");
  }
  file.remove();
}

/** A pid alone could be somebody else's by now. */
function findKeeper(id: string, file: KeeperFile, os: Os): ProcessIdentity | undefined {
  const pid = file.read();
  const found = pid === undefined ? undefined : os.process(pid);
  return found?.command.includes("__revert") && found.command.includes(id) ? identify(found) : undefined;
}

/** `portguard __revert ID AFTER`: sleeps, and takes the rule back by the journal. Answers the exit code. */
export async function keepRule([text = "", after = ""]: readonly string[], os: Os): Promise<number> {
  const id = parseRuleId(text);
  if (id === undefined || !/^\d{1,10}$/.test(after)) return 2;
  const file = new KeeperFile(stateFolder(os.name, process.env), id);
  const isGone = await sleepUntilOver(id, Number(after), os);
  const done = isGone || (await takeBack(id, os));
  file.remove();
  return done ? 0 : 1;
}

/** By the clock on the wall, which goes on while the machine sleeps. Answers whether the rule went away meanwhile. */
async function sleepUntilOver(id: string, afterMs: number, os: Os): Promise<boolean> {
  const startedAt = Date.now();
  const journal = openJournal(os);
  for (;;) {
    const elapsed = Date.now() - startedAt;
    if (elapsed >= afterMs) return false;
    if (elapsed > PATIENCE_MS && !journal.read(id)) return true;
    await Bun.sleep(Math.min(LOOK_MS, afterMs - elapsed));
  }
}

async function takeBack(id: string, os: Os): Promise<boolean> {
  const journal = openJournal(os);
  for (let tried = 0; tried < TRIES; tried++) {
    const listed = journal.read(id);
    if (!listed) return true;
    if (listed.kind === "entry") {
      const reverted = await revertRule(listed.entry, { run: runCommand, journal });
      if (reverted.kind === "reverted") return true;
    }
    await Bun.sleep(RETRY_MS);
  }
  return false;
}
