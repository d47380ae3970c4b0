import { PAGE } from "./initramfs.ts";
import type { Machine } from "./machine.ts";
import { PORT, type Reservation, type User, findLeftovers, reserve } from "./reservation.ts";
import { until } from "./until.ts";

/** Something that must be so on arm64. It answers with what it saw, or throws. */
export interface Check {
  readonly title: string;
  readonly run: (machine: Machine) => Promise<string>;
}

/** How a shell reports an end by SIGTERM. */
const ENDED_BY_TERM = 143;
const PORTGUARD_FAILED = 125;
const URLS = [`http://127.0.0.1:${PORT}/`, `http://[::1]:${PORT}/`];

const RESERVATION_CHECKS: Readonly<Record<string, (machine: Machine, user: User) => Promise<string>>> = {
  "the server takes over the held port, answers, and ends with portguard at SIGTERM": seeTakeover,
  "a second reservation is told who has the port": seeRefusal,
  "SIGKILL to portguard leaves nothing": (machine, user) => seeKill(machine, user, ({ pid }) => pid),
  "SIGKILL to the guard leaves nothing": (machine, user) => seeKill(machine, user, ({ guardPid }) => guardPid),
};

/** @param version what the executable must say of itself */
export function listChecks(version: string): readonly Check[] {
  const users: readonly User[] = ["root", "nobody"];
  const reservations = users.flatMap((user) =>
    Object.entries(RESERVATION_CHECKS).map(([title, see]) => ({
      title: `as ${user}: ${title}`,
      run: (machine: Machine) => see(machine, user),
    })),
  );
  return [{ title: "it runs", run: (machine) => seeVersion(machine, version) }, ...reservations];
}

async function seeVersion(machine: Machine, version: string): Promise<string> {
  const said = await machine.ask("portguard --version");
  demand(said.startsWith(`portguard ${version} (`) && said.endsWith(", linux-arm64)"), said);
  return `${said} on ${await machine.ask("uname -srm")}`;
}

async function seeTakeover(machine: Machine, user: User): Promise<string> {
  const { pid, events } = await reserve(machine, user);
  const story = events.map(({ event }) => event).join(", ");
  demand(story === "held, started, ready", `portguard told ${story}`);
  const { way, program, startMs = NaN } = events.at(-1) ?? {};
  demand(way === "takeover" && program === "httpd", `${program} got the port by ${way}`);
  for (const url of URLS) {
    // Without a limit but the machine's: busybox 1.35's `wget -T` crashes on arm64, and its `timeout` lingers.
    const page = await machine.ask(`wget -q -O - '${url}'`);
    demand(page === PAGE, `${url} answered \`${page}\``);
  }
  const { code } = await machine.run(`kill -TERM ${pid}; wait ${pid}`);
  demand(code === ENDED_BY_TERM, `SIGTERM ended it with ${code}`);
  await demandNothingLeft(machine);
  return `ready ${Math.round(startMs)} ms after the start`;
}

async function seeRefusal(machine: Machine, user: User): Promise<string> {
  const { pid } = await reserve(machine, user);
  const { code, output } = await machine.run(`portguard reserve ${PORT} -- true`);
  demand(code === PORTGUARD_FAILED && /\bhttpd\b/.test(output), `it ended with ${code}: ${output.trim()}`);
  await machine.run(`kill -TERM ${pid}; wait ${pid}`);
  await demandNothingLeft(machine);
  return output.split("\n")[0] ?? "";
}

async function seeKill(machine: Machine, user: User, choose: (ours: Reservation) => number): Promise<string> {
  const reservation = await reserve(machine, user);
  const start = performance.now();
  await machine.ask(`kill -KILL ${choose(reservation)}`);
  let left: readonly string[] = [];
  await until(
    async () => (left = await findLeftovers(machine)).length === 0,
    () => `left: ${left.join(", ")},`,
  );
  return `${Math.round(performance.now() - start)} ms later`;
}

async function demandNothingLeft(machine: Machine): Promise<void> {
  const left = await findLeftovers(machine);
  demand(left.length === 0, `left: ${left.join(", ")}`);
}

function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
