/**
 * Runs in pid and network namespaces of its own. Each round frees a port whose holder changes at the worst moment: it dies and
 * its number is another's (before the last look, or right before the signal), it forks, or another holder comes. Prints what it
 * counted; a wrong kill is the end of any process that is not the holder that was judged, or its heir.
 *
 *     unshare --pid --net --fork --mount-proc bun races.ts HOLDER ROUNDS
 */
import type { OpenProcess } from "../../../src/core/open-process.ts";
import type { Os } from "../../../src/core/os.ts";
import { listHolders } from "../../../src/holders/list-holders.ts";
import { freePort } from "../../../src/holders/stop/free-port.ts";
import { planStop } from "../../../src/holders/stop/plan-stop.ts";
import { loadOs } from "../../../src/os/index.ts";
import { collect, end, lives, replace, signal, start } from "./children.ts";

const [holder = "", rounds = "0"] = process.argv.slice(2);
const PORT = 8000;
const SIGUSR1 = 10;
const os = await loadOs();
const origins = await os.origins();
const request = { protocol: "tcp", port: PORT, hosts: "every" } as const;
const listeners = () => os.sockets({ port: PORT, states: ["listen"] });
const look = () => listHolders(os.sockets({ port: PORT, protocol: "tcp" }), { os, origins, reservations: () => [] });
const told = { rounds: 0, wrongKills: 0, free: 0, takenAgain: 0, heirsStopped: 0 };

function waitUntil(is: () => boolean): void {
  for (const deadline = performance.now() + 10_000; !is(); Bun.sleepSync(0.2)) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${is.toString()}`);
  }
}

function serve(): number {
  const pid = start(holder, String(PORT));
  waitUntil(() => listeners().length > 0);
  return pid;
}

/** What happens to the first process that is opened, and when; each at most once. */
interface Race {
  readonly beforeOpen?: () => void;
  readonly beforeSignal?: () => void;
  readonly afterEnd?: () => void;
}

function raced({ beforeOpen, beforeSignal, afterEnd }: Race): Os {
  let isFirst = true;
  const openProcess: Os["openProcess"] = (who) => {
    if (!isFirst) return os.openProcess(who);
    isFirst = false;
    beforeOpen?.();
    const opened = os.openProcess(who);
    return opened && watch(opened);
  };
  const watch = (opened: OpenProcess): OpenProcess => ({
    pid: opened.pid,
    hasEnded: () => opened.hasEnded(),
    signal: (name) => {
      beforeSignal?.();
      return opened.signal(name);
    },
    ends: async (withinMs) => {
      const hasEnded = await opened.ends(withinMs);
      afterEnd?.();
      return hasEnded;
    },
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  });
  return { ...os, openProcess };
}

async function free(race: Race) {
  const asker = { pids: new Set([process.pid]), uid: 0, scriptOf: () => undefined };
  const tools = { os: raced(race), asker, graceMs: 5000, onStopped: () => undefined, look, heirs: "all" as const };
  const freed = await freePort(planStop(look(), asker), request, tools);
  if (freed.proof.kind === "bound") told.free++;
  else if (freed.newcomers.length > 0) told.takenAgain++;
  return freed;
}

/** Counts a bystander that is dead, and ends the others. */
function account(bystanders: readonly number[]): void {
  for (const pid of bystanders) {
    if (!lives(pid)) told.wrongKills++;
    else end(pid);
  }
}

/** Its number is somebody's who does something else, or who serves on the very port. */
async function reuse(when: keyof Race, server: boolean): Promise<void> {
  const pid = serve();
  const words = server ? [holder, String(PORT)] : [holder];
  const swap = () => {
    replace(pid, ...words);
    if (server) waitUntil(() => listeners().length > 0);
  };
  await free({ [when]: swap });
  account([pid]);
}

/** A child has the socket by the time that its parent ends: it is stopped, too. */
async function fork(): Promise<void> {
  const pid = serve();
  const owners = () => [...os.ownersOf(listeners()).values()].flat();
  await free({
    beforeSignal: () => {
      signal(pid, SIGUSR1);
      waitUntil(() => owners().length === 2);
    },
  });
  lives(pid);
  if (listeners().length === 0) told.heirsStopped++;
}

/** Somebody else takes the port the moment that it is free. */
async function succeed(): Promise<void> {
  serve();
  const newcomers: number[] = [];
  await free({ afterEnd: () => void (newcomers.length === 0 && newcomers.push(serve())) });
  account(newcomers);
}

const RACES = [
  () => reuse("beforeOpen", false),
  () => reuse("beforeOpen", true),
  () => reuse("beforeSignal", false),
  () => reuse("beforeSignal", true),
  fork,
  succeed,
];
for (; told.rounds < Number(rounds); told.rounds++) {
  await RACES[told.rounds % RACES.length]!();
  collect();
}
process.stdout.write(`${JSON.stringify(told)}\n`);
process.exit(0);
