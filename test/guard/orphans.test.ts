import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { needThat } from "../need.ts";
import { driveAlone, program, reserve, serverFor, type Way, WAYS } from "./guarded.ts";
import { drawMoments, type Phase } from "./moments.ts";
import { anybodyCanRun, Unprivileged } from "./unprivileged.ts";
import { findVictim, type Victim, VICTIMS } from "./victims.ts";

/** On a quiet machine it takes a tenth of a second. */
const IN_TIME = 5000;
/** Another one, to look further: `PORTGUARD_TEST_SEED=2`. */
const SEED = Number(process.env["PORTGUARD_TEST_SEED"] ?? 1);
const BIND = process.arch === "arm64" ? "200" : "49";

const canBeNobody = needThat("a node that any user may run", anybodyCanRun("node", "--version"));
let nobody: Unprivileged;
beforeAll(() => void (nobody = new Unprivileged()));
afterAll(() => nobody[Symbol.dispose]());

/** A tree three deep with this server, which left the session, and on request a daemon. */
const tree = (server: readonly string[], ...flags: string[]) => ["sh", program("tree.sh"), ...flags, ...server];

const pidOf = (run: Run, command: string) => run.processes().find((each) => each.command.startsWith(command))?.pid;

async function reach(run: Run, phase: Phase): Promise<void> {
  if (phase === "during bind") await run.event("started");
  if (phase === "while serving") await run.event("ready");
}

async function kill(run: Run, victim: Victim): Promise<void> {
  process.kill(await findVictim(run, victim), "SIGKILL");
}

/** What the other process of portguard makes of it. */
async function expectEnd(run: Run, victim: Victim): Promise<void> {
  expect(await run.ended()).toBe(victim === "the front" ? "SIGKILL" : 125);
}

/** Starts the server that waits, and answers its pid once it does. */
async function untilWaiting(run: Run): Promise<number> {
  await until("the server to wait", () => run.stdout === "waiting\n");
  return pidOf(run, "node ")!;
}

describe("SIGKILL to one of portguard's processes leaves nothing", () => {
  test.each(drawMoments(20, SEED))("%o", async ({ way, victim, phase, afterMs, user }) => {
    const port = freePort();
    const options = { args: reserve(way, port, [], tree(serverFor(way, port))), ports: [port] };
    await using run = user === "nobody" && canBeNobody ? nobody.drive(options) : driveAlone(options);
    await reach(run, phase);
    await findVictim(run, victim);
    await Bun.sleep(afterMs);
    await kill(run, victim);
    await expectEnd(run, victim);
    await run.expectNothingLeft(IN_TIME);
  });

  test.each([...VICTIMS])("%s, while the command waits for the answer to its bind()", async (victim) => {
    const port = freePort();
    await using run = driveAlone({
      args: reserve("takeover", port, [], serverFor("takeover", port, "--wait")),
      ports: [port],
    });
    const server = await untilWaiting(run);
    run.signal("SIGSTOP");
    process.kill(server, "SIGUSR2");
    await until("bind()", () => readFileSync(`/proc/${server}/syscall`, "utf8").startsWith(`${BIND} `));
    await kill(run, victim);
    if (victim === "the guard") run.signal("SIGCONT");
    await expectEnd(run, victim);
    await run.expectNothingLeft(IN_TIME);
  });

  test.each([...VICTIMS])("%s, and then the server that left the session binds the port", async (victim) => {
    const port = freePort();
    const server = serverFor("release", port, "--wait");
    await using run = driveAlone({ args: reserve("release", port, [], tree(server)), ports: [port] });
    const pid = await untilWaiting(run);
    await kill(run, victim);
    await until("the end of the session", () => pidOf(run, "sleep 600") === undefined);
    process.kill(pid, "SIGUSR2");
    await expectEnd(run, victim);
    await run.expectNothingLeft(IN_TIME);
    expect(run.stdout).toBe("waiting\nup\n");
  });
});

describe("a daemon that the command started on purpose", () => {
  async function start(way: Way, port: number, ...flags: string[]): Promise<Run> {
    const args = reserve(way, port, flags, tree(serverFor(way, port), "--daemon"));
    const run = driveAlone({ args, ports: [port] });
    await run.event("ready");
    return run;
  }

  /** It lives, with at most the guard that answers its calls, and has been named; without it nothing is left. */
  async function expectDaemonLeft(run: Run): Promise<void> {
    const others = () => run.processes().filter(({ command }) => !command.startsWith("portguard __guard "));
    await until("the end of all others", () => others().length === 1, IN_TIME);
    const [daemon] = others();
    expect(daemon?.command).toBe("sleep 601");
    await until("its name", () => run.voice.some((line) => line.startsWith("left running")));
    const named = run.voice.filter((line) => line.startsWith("left running"));
    expect(named).toEqual([`left running, as the command started it as a daemon: sleep (pid ${daemon?.pid})`]);
    expect(run.voice).toContain("hint: `--kill-all` ends daemons too");
    process.kill(daemon!.pid, "SIGKILL");
    await run.expectNothingLeft(IN_TIME);
  }

  test.each(WAYS)("is left and named after SIGTERM, by %s", async (way) => {
    await using run = await start(way, freePort());
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await expectDaemonLeft(run);
  });

  test.each([...VICTIMS])("is left and named after SIGKILL to %s", async (victim) => {
    await using run = await start("takeover", freePort());
    await kill(run, victim);
    await expectEnd(run, victim);
    await expectDaemonLeft(run);
  });

  test("ends with the others by --kill-all", async () => {
    await using run = await start("takeover", freePort(), "--kill-all");
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft(IN_TIME);
  });

  test.each([...VICTIMS])("ends with the others by --kill-all after SIGKILL to %s", async (victim) => {
    await using run = await start("takeover", freePort(), "--kill-all");
    await kill(run, victim);
    await expectEnd(run, victim);
    await run.expectNothingLeft(IN_TIME);
  });
});
