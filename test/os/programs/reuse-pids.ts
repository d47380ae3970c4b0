/**
 * Runs in a pid namespace of its own: process numbers are given anew there by will, not by chance. For each round, a process
 * that was seen dies, and a bystander gets its number; then it is signalled by what was seen. Prints what it counted.
 *
 *     unshare --pid --fork --mount-proc bun reuse-pids.ts ROUNDS
 */
import { writeFileSync } from "node:fs";
import { identify, isSameProcess, type ProcessIdentity } from "../../../src/core/process-mark.ts";
import { loadOs } from "../../../src/os/index.ts";

const os = await loadOs();
const rounds = Number(process.argv[2]);
const told = { rounds, openedBefore: 0, openedAfter: 0, wrongKills: 0 };

const startSleeper = () => Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });

function see(pid: number): ProcessIdentity {
  const found = identify(os.process(pid) ?? { pid });
  if (!found) throw new Error(`process ${pid} has no start time`);
  return found;
}

/**
 * Tried until the number is the wanted one (threads of this very program take some, too), and the clock's tick another: two
 * processes that start within 10 ms look alike, but no system gives a number anew as fast as that.
 */
async function startInPlaceOf(first: ProcessIdentity): Promise<Bun.Subprocess> {
  for (;;) {
    writeFileSync("/proc/sys/kernel/ns_last_pid", String(first.pid - 1));
    const started = startSleeper();
    if (started.pid === first.pid && !isSameProcess(first, see(first.pid))) return started;
    started.kill("SIGKILL");
    await started.exited;
  }
}

for (let round = 0; round < rounds; round++) {
  const first = startSleeper();
  const seen = see(first.pid);
  using early = round % 2 === 0 ? os.openProcess(seen) : undefined;
  if (early) told.openedBefore++;
  first.kill("SIGKILL");
  await first.exited;
  const bystander = await startInPlaceOf(seen);
  using late = round % 2 === 0 ? undefined : os.openProcess(seen);
  if (late) told.openedAfter++;
  for (const opened of [early, late]) opened?.signal("SIGKILL");
  await Promise.race([bystander.exited, Bun.sleep(2)]);
  if (bystander.exitCode !== null || bystander.signalCode !== null) told.wrongKills++;
  bystander.kill("SIGKILL");
  await bystander.exited;
}
process.stdout.write(`${JSON.stringify(told)}\n`);
