import type { Machine } from "./machine.ts";
import { until } from "./until.ts";

export const PORT = 8000;
/** Who runs it: only root may install a seccomp filter as it is. */
export type User = "root" | "nobody";

const EVENTS = "/tmp/events";
const SAID = "/tmp/said";

/** A line of `--events`, as far as the checks read it. */
export interface LoggedEvent {
  readonly event: string;
  readonly way?: string;
  readonly program?: string;
  readonly startMs?: number;
}

/** busybox's httpd, served under `portguard reserve`. */
export interface Reservation {
  readonly pid: number;
  readonly guardPid: number;
  /** All that was told until the server was ready. */
  readonly events: readonly LoggedEvent[];
}

/** Starts the server, and waits until portguard says that it is ready. */
export async function reserve(machine: Machine, user: User): Promise<Reservation> {
  const command = `exec portguard reserve ${PORT} --events ${EVENTS} -- httpd -f -p ${PORT} -h /www`;
  const pid = Number(await machine.ask(`rm -f ${EVENTS}; su ${user} -c '${command}' 2>${SAID} & echo $!`));
  try {
    const events = await until(
      () => readUntilReady(machine),
      () => "the server is not ready",
    );
    return { pid, guardPid: Number(await machine.ask(`cat /proc/${pid}/task/${pid}/children`)), events };
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}; portguard said: ${await machine.ask(`cat ${SAID}`)}`,
      { cause: error },
    );
  }
}

async function readUntilReady(machine: Machine): Promise<readonly LoggedEvent[] | undefined> {
  const { output } = await machine.run(`cat ${EVENTS} 2>/dev/null`);
  const lines = output.split("\n").filter((line) => line !== "");
  const events = lines.map((line): LoggedEvent => JSON.parse(line));
  const last = events.at(-1)?.event;
  if (last === "exit" || last === "error") throw new Error("the reservation ended");
  return events.some(({ event }) => event === "ready") ? events : undefined;
}

/**
 * What stands between the machine and the state that it was booted in: processes, listeners, and files in /tmp. The
 * kernel's threads and the dead that nobody has asked after have no executable, and are no leftovers.
 */
export async function findLeftovers(machine: Machine): Promise<readonly string[]> {
  const looks = [
    `rm -f ${EVENTS} ${SAID}`,
    // The first process and this shell were there before.
    "for it in /proc/[0-9]*; do case $it in /proc/1 | /proc/$$) continue ;; esac",
    'exe=$(readlink $it/exe) && echo "$exe with pid ${it#/proc/}"',
    "done",
    "awk '$4 == \"0A\" { print FILENAME, $2 }' /proc/net/tcp /proc/net/tcp6",
    "find /tmp -mindepth 1",
  ];
  const { output } = await machine.run(looks.join("; "));
  return output.split("\n").filter((line) => line !== "");
}
