import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveAlone, program, reserve } from "../guard/guarded.ts";
import { describeServer, type ServerName } from "../servers/find-server.ts";
import { committed } from "../servers/parts.ts";
import { emptyFolder } from "../servers/work-folder.ts";
import { drive } from "../drive.ts";
import { expectLogged, expectLostOnlyAt, expectNobodyRefused, Load, retirements, tellFigures } from "./load.ts";
import { eventOf } from "./succession.ts";

const RESTARTS = 10;
const AT_ONCE = 24;
const PYTHON = committed("programs/python");

interface LoadedServer {
  readonly name: ServerName;
  readonly command: (path: string, port: number) => readonly string[];
  /** How many requests the slowest machine gets done in some seconds. */
  readonly requests: number;
}

/** Each of them logs every request on its stdout. */
const SERVERS: readonly LoadedServer[] = [
  { name: "uvicorn", command: (path, port) => [path, "asgi:app", "--port", `${port}`], requests: 6000 },
  { name: "node", command: (path, port) => [path, program("server.mjs"), `${port}`, "--log"], requests: 6000 },
  { name: "go", command: (path, port) => [path, `127.0.0.1:${port}`, "--log"], requests: 32_000 },
  {
    name: "gunicorn",
    command: (path, port) => [path, "wsgi:app", "-w", "2", "-b", `127.0.0.1:${port}`, "--access-logfile", "-"],
    requests: 6000,
  },
];

let asked = 0;
afterAll(() => {
  if (asked > 0) console.log(`${asked} requests in all`);
});

/** Restarts it again and again while clients ask, and answers what became of them. */
async function restartUnderLoad({ command, requests }: LoadedServer, path: string, flags: string[], times: number) {
  using home = emptyFolder();
  const port = freePort();
  const args = [
    "reserve",
    `${port}`,
    "--ready-timeout",
    "60s",
    "--grace",
    "60s",
    ...flags,
    "--",
    ...command(path, port),
  ];
  await using run = drive({ args, cwd: PYTHON, env: { HOME: home.path } });
  await run.event("ready", 60_000);
  using load = new Load(port, AT_ONCE, requests);
  for (let generation = 1; generation <= times; generation++) {
    run.signal("SIGHUP");
    await eventOf(run, "ready", generation + 1);
  }
  await until("the end of the old ones", () => retirements(run).length === times);
  const figures = await load.end();
  expectNobodyRefused(figures);
  expectLostOnlyAt(retirements(run), figures);
  await run.stop("SIGTERM", 60_000);
  expectLogged(run.stdout, figures);
  await run.expectNothingLeft(5000);
  asked += figures.asked;
  return figures;
}

for (const server of SERVERS) {
  describeServer(server.name, (path) => {
    test(`${RESTARTS} rolling restarts under load refuse nobody`, async () => {
      const figures = await restartUnderLoad(server, path, [], RESTARTS);
      tellFigures(`${server.name}, ${RESTARTS} rolling restarts`, figures);
      expect(figures.asked).toBeGreaterThanOrEqual(server.requests);
    });

    test("with --restart-mode stop-first clients wait in the queue", async () => {
      const flags = ["--restart-mode", "stop-first"];
      const figures = await restartUnderLoad({ ...server, requests: 500 }, path, flags, 3);
      tellFigures(`${server.name}, 3 restarts by stopping first`, figures);
    });
  });
}

test("a server that crashes at random 20 times under load refuses nobody", async () => {
  const port = freePort();
  const command = ["node", join(import.meta.dir, "programs/crashing.mjs"), `${port}`];
  await using run = driveAlone({ args: reserve("takeover", port, ["--restart", "on-failure"], command) });
  await run.event("ready");
  using load = new Load(port, 8);
  const crashes = () => run.events.filter(({ event }) => event === "crashed");
  await until("20 crashes", () => crashes().length >= 20, 120_000);
  await eventOf(run, "ready", Number(crashes().at(-1)!["generation"]) + 1);
  const figures = await load.end();
  tellFigures("20 crashes", figures);
  expectNobodyRefused(figures);
  expectLostOnlyAt(
    crashes().map(({ time }) => ({ from: Date.parse(time) - 1000, to: Date.parse(time) })),
    figures,
  );
  for (const { pauseMs } of crashes() as unknown as { pauseMs: number }[]) expect(pauseMs).toBeGreaterThanOrEqual(100);
  await run.stop("SIGTERM");
  await run.expectNothingLeft();
}, 180_000);
